// One run over the past: how far it is, what it found, and the way from there into the editor.
import { ChangeDetectionStrategy, Component, computed, inject, input, signal } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { Api } from '../../core/api';
import { plural } from '../../core/format';
import { Identity } from '../../core/identity';
import { query } from '../../core/query';
import { Toasts } from '../../core/toasts';
import type { PolicyDraft } from '../../core/wire';
import { Back } from '../../ui/back';
import { Confirm } from '../../ui/confirm';
import { RUN_STATE } from '../../ui/labels';
import { Pending } from '../../ui/pending';
import { Time } from '../../ui/time';
import { draftOnDevice, putOnDevice } from './draft';
import { polling } from '../../core/polling';
import { SearchResult } from './search-result';
import { SimulationView } from './simulation-view';

@Component({
  selector: 'vt-run-page',
  imports: [Back, Pending, RouterLink, SearchResult, SimulationView, Time],
  template: `
    <div class="page">
      <vt-back to="/policies/runs">Tried on the past</vt-back>
      <div class="page-head">
        <div class="grow">
          <h1>{{ answer() }}</h1>
          @if (run.value(); as one) {
            <p class="lead">
              {{ one.asked_by }} asked <vt-time [at]="one.asked_at" />; {{ days() }} before that,
              beside version {{ one.base_version }}.
              @if (mayAct() && one.job_id; as job) {
                <a [routerLink]="['/jobs', job]">Its job</a>
              }
            </p>
          }
        </div>
        @if (mayAct()) {
          <div class="row wrap">
            @if (going()) {
              <button type="button" class="btn" [disabled]="busy()" (click)="cancel()">
                Cancel
              </button>
            }
            @if (draft(); as policy) {
              <button type="button" class="btn primary" [disabled]="busy()" (click)="edit(policy)">
                Open in the editor
              </button>
            }
          </div>
        }
      </div>
      <vt-pending [query]="run" [rows]="6" />
      @if (run.value(); as one) {
        @if (going()) {
          <section class="card">
            <div class="body stack">
              <p class="row">
                <span [class]="'chip ' + states[one.state].tone">{{ states[one.state].text }}</span>
                <span class="soft">{{ one.waits_for ?? progress() }}</span>
              </p>
              <progress
                [max]="one.progress.total || 1"
                [value]="one.kind === 'simulation' ? one.progress.done : null"
                aria-label="Progress"
              ></progress>
              <p class="small soft">
                You can leave this page; a job does it, also after a restart.
              </p>
            </div>
          </section>
        } @else if (one.problem) {
          <p class="note bad">{{ one.problem }}</p>
        } @else if (one.state === 'cancelled') {
          <p class="note">It was cancelled. What it had found until then was not kept.</p>
        }
        @if (one.simulation; as result) {
          <vt-simulation [run]="one.id" [result]="result" [version]="one.base_version" />
        }
        @if (one.optimisation; as result) {
          <vt-search-result [result]="result" [version]="one.base_version" [names]="names()" />
        }
      }
    </div>
  `,
  styles: `
    progress {
      width: 100%;
      height: 8px;
      accent-color: var(--accent);
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class RunPage {
  readonly id = input.required<string>();
  private readonly api = inject(Api);
  private readonly confirm = inject(Confirm);
  private readonly identity = inject(Identity);
  private readonly router = inject(Router);
  private readonly toasts = inject(Toasts);
  protected readonly states = RUN_STATE;
  protected readonly busy = signal(false);
  protected readonly mayAct = computed(() => this.identity.user()?.role === 'admin');
  protected readonly run = query(
    () => ({ id: this.id() }),
    (params, signal) => this.api.call('GET /api/v1/policies/runs/:id', { params, signal }),
  );
  /** The version that it compares with. */
  private readonly base = query(
    () => {
      const version = this.run.value()?.base_version;
      return version === undefined ? undefined : { from: version, to: version };
    },
    async (query, signal) =>
      (await this.api.call('GET /api/v1/policies/diff', { query, signal })).from,
  );
  protected readonly names = computed(
    () => new Map(this.base.value()?.rules.map(({ id, name }) => [id, name])),
  );
  protected readonly going = computed(() => {
    const state = this.run.value()?.state;
    return state === 'queued' || state === 'running';
  });
  /** What can be opened in the editor. */
  protected readonly draft = computed<PolicyDraft | null>(() => {
    const run = this.run.value();
    return run?.policy ?? run?.optimisation?.proposal?.policy ?? null;
  });
  protected readonly days = computed(() => {
    const run = this.run.value();
    if (!run) return '';
    return plural(Math.round((Date.parse(run.to) - Date.parse(run.from)) / 86_400_000), 'day');
  });
  protected readonly progress = computed(() => {
    const run = this.run.value();
    if (!run || run.state === 'queued') return 'It begins …';
    const { done, total } = run.progress;
    if (run.kind === 'optimisation')
      return done ? `${plural(done, 'policy', 'policies')} tried` : 'Reading the sessions …';
    return total ? `${done} of ${plural(total, 'session')}` : 'Counting the sessions …';
  });
  protected readonly answer = computed(() => {
    const run = this.run.value();
    if (!run) return 'Tried on the past';
    const { simulation, optimisation, state } = run;
    if (simulation) {
      if (simulation.sessions === 0) return 'No session was recorded in that time';
      const { none: _same, ...others } = simulation.differences;
      const differing = Object.values(others).reduce((sum, count) => sum + count, 0);
      const of = plural(simulation.sessions, 'session');
      return differing === 0
        ? `The draft would have judged all ${of} the same`
        : `${differing} of ${of} would have been judged otherwise`;
    }
    if (optimisation) {
      if (!optimisation.proposal) return 'No better thresholds within the budget';
      return optimisation.note
        ? 'Thresholds were found that did not hold on the newer days'
        : 'Better thresholds were found within the budget';
    }
    const what = run.kind === 'simulation' ? 'The draft on the past' : 'The search for thresholds';
    return `${what}: ${RUN_STATE[state].text.toLowerCase()}`;
  });

  constructor() {
    polling(this.going, () => this.run.reload());
  }

  protected async cancel(): Promise<void> {
    this.busy.set(true);
    try {
      const params = { id: this.id() };
      this.run.set(await this.api.call('POST /api/v1/policies/runs/:id/cancel', { params }));
    } catch (error) {
      this.toasts.fail('It was not cancelled.', error);
      await this.run.reload();
    }
    this.busy.set(false);
  }

  protected async edit(policy: PolicyDraft): Promise<void> {
    const base = this.base.value();
    if (!base) return;
    const there = draftOnDevice();
    if (there && JSON.stringify(there) !== JSON.stringify(policy)) {
      const consent = await this.confirm.ask({
        title: 'Replace the draft in the editor?',
        consequence: 'This device keeps another draft. It is gone when this one takes its place.',
        confirm: 'Replace',
        danger: true,
      });
      if (!consent) return;
    }
    putOnDevice(base, policy);
    await this.router.navigateByUrl('/policies/edit');
  }
}
