// Drafts tried on the past and searches for thresholds: the list, and the start of a search.
import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  inject,
  signal,
} from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { Api } from '../../core/api';
import { toApiError, type ClientProblem } from '../../core/api-error';
import { plural } from '../../core/format';
import { Identity } from '../../core/identity';
import { listQuery, query } from '../../core/query';
import { Realtime } from '../../core/socket';
import type { PolicyRun } from '../../core/wire';
import { Back } from '../../ui/back';
import { Empty } from '../../ui/empty';
import { RUN_STATE } from '../../ui/labels';
import { More } from '../../ui/more';
import { Pending, ProblemNote } from '../../ui/pending';
import { Time } from '../../ui/time';
import { Value } from '../../ui/value';
import { polling } from '../../core/polling';

@Component({
  selector: 'vt-runs-page',
  imports: [Back, Empty, More, Pending, ProblemNote, RouterLink, Time, Value],
  template: `
    <div class="page">
      <vt-back to="/policies">Policies</vt-back>
      <div class="page-head">
        <div class="grow">
          <h1>{{ answer() }}</h1>
          <p class="lead">
            Recorded sessions are judged again, moment by moment, by a draft or by other thresholds.
            Nothing of it touches a live session.
          </p>
        </div>
        @if (mayAsk()) {
          <a class="btn" routerLink="/policies/edit">Try a draft …</a>
        }
      </div>
      @if (mayAsk()) {
        <section class="card" aria-labelledby="search-title">
          <header><h2 id="search-title">Search thresholds</h2></header>
          <form class="body search" (submit)="$event.preventDefault(); search()">
            <label class="field">
              <span>Challenges for each 1,000 sessions, at most</span>
              <input
                class="input"
                type="number"
                min="0"
                max="10000"
                required
                [(vtValue)]="budget"
              />
            </label>
            <label class="field">
              <span>Recorded days to look at</span>
              <input class="input" type="number" min="1" max="90" required [(vtValue)]="days" />
            </label>
            <button type="submit" class="btn primary" [disabled]="!ready() || busy()">
              Search
            </button>
            <p class="small soft">
              It looks for the thresholds of the version in force that leave strangers the least
              time within that cost, fits them on the older days and judges them on the newer ones.
              It proposes; putting in force is yours.
            </p>
          </form>
          @if (problem(); as problem) {
            <vt-problem [problem]="problem" />
          }
        </section>
      }
      <section class="card" aria-label="Runs">
        <vt-pending [query]="runs" [rows]="4" />
        @if (runs.value(); as page) {
          @if (page.items.length) {
            <div class="table-scroll">
              <table class="table cards">
                <thead>
                  <tr>
                    <th scope="col">What</th>
                    <th scope="col">State</th>
                    <th scope="col">Found</th>
                    <th scope="col">By</th>
                    <th scope="col">Asked</th>
                  </tr>
                </thead>
                <tbody>
                  @for (one of page.items; track one.id) {
                    <tr>
                      <td>
                        <a [routerLink]="['/policies/runs', one.id]">{{ title(one) }}</a>
                      </td>
                      <td data-label="State">
                        <span [class]="'chip ' + states[one.state].tone">{{
                          states[one.state].text
                        }}</span>
                      </td>
                      <td data-label="Found">{{ found(one) }}</td>
                      <td data-label="By">{{ one.asked_by }}</td>
                      <td data-label="Asked"><vt-time [at]="one.asked_at" /></td>
                    </tr>
                  }
                </tbody>
              </table>
            </div>
          } @else {
            <vt-empty icon="play" title="Nothing was tried yet">
              Change something in the editor and choose “Try on the past”, or search thresholds
              above. Runs are kept for 30 days.
            </vt-empty>
          }
          <vt-more [list]="runs" />
        }
      </section>
    </div>
  `,
  styles: `
    .search {
      display: flex;
      flex-wrap: wrap;
      gap: 8px 16px;
      align-items: end;
    }
    .search input {
      max-width: 9rem;
    }
    .search p {
      flex: 1 1 100%;
      max-width: 90ch;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class RunsPage {
  private readonly api = inject(Api);
  private readonly identity = inject(Identity);
  private readonly realtime = inject(Realtime);
  private readonly router = inject(Router);
  protected readonly states = RUN_STATE;
  protected readonly busy = signal(false);
  protected readonly problem = signal<ClientProblem | undefined>(undefined);
  protected readonly budget = signal('');
  protected readonly days = signal('');
  protected readonly mayAsk = computed(() => this.identity.user()?.role === 'admin');
  protected readonly ready = computed(() => this.budget() !== '' && Number(this.days()) >= 1);
  protected readonly runs = listQuery(
    () => ({ connections: this.realtime.connections(), limit: 30 }),
    ({ limit }, cursor, signal) =>
      this.api.call('GET /api/v1/policies/runs', { query: { limit, cursor }, signal }),
  );
  private readonly settings = query(
    () => ({}),
    (_, signal) => this.api.call('GET /api/v1/policies/settings', { signal }),
  );
  private readonly going = computed(
    () =>
      this.runs.value()?.items.some(({ state }) => state === 'queued' || state === 'running') ??
      false,
  );
  protected readonly answer = computed(() => {
    const page = this.runs.value();
    if (!page) return 'Tried on the past';
    if (page.total === 0) return 'What would another policy have done?';
    const going = page.items.filter(({ state }) => state === 'running').length;
    return `${plural(page.total, 'run')} over recorded sessions${going ? `, ${going} running` : ''}`;
  });

  constructor() {
    polling(this.going, () => this.runs.reload());
    effect(() => {
      const settings = this.settings.value();
      if (!settings) return;
      this.budget.set(String(settings.friction_budget));
      this.days.set(String(settings.days));
    });
  }

  protected title({ kind, base_version, from, to }: PolicyRun): string {
    const days = Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
    const over = `over ${plural(days, 'day')}`;
    return kind === 'simulation'
      ? `Draft beside version ${base_version}, ${over}`
      : `Thresholds of version ${base_version}, ${over}`;
  }

  protected found(run: PolicyRun): string {
    const { state, simulation, optimisation, progress } = run;
    const said = run.problem ?? run.waits_for;
    if (said) return said;
    if (simulation) {
      const { none: same, ...others } = simulation.differences;
      const differing = Object.values(others).reduce((sum, count) => sum + count, 0);
      return `${differing} of ${plural(simulation.sessions, 'session')} judged otherwise`;
    }
    if (optimisation) return optimisation.proposal ? 'A proposal' : 'No proposal';
    return state === 'running' && progress.total ? `${progress.done} of ${progress.total}` : '';
  }

  protected async search(): Promise<void> {
    this.busy.set(true);
    this.problem.set(undefined);
    try {
      const body = { days: Number(this.days()), friction_budget: Number(this.budget()) };
      const run = await this.api.call('POST /api/v1/policies/optimisations', { body });
      await this.router.navigate(['/policies/runs', run.id]);
    } catch (error) {
      this.problem.set(toApiError(error).problem);
    }
    this.busy.set(false);
  }
}
