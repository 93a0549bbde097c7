// A temporary baseline: asked for with a reason and days, in force until its end, ended early by its person.
import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  computed,
  inject,
  signal,
} from '@angular/core';
import { Api } from '../../core/api';
import { type ClientProblem, toApiError } from '../../core/api-error';
import { exactTime } from '../../core/format';
import { unlessDeclined } from '../../core/fresh-proof';
import { query } from '../../core/query';
import { Realtime } from '../../core/socket';
import { Toasts } from '../../core/toasts';
import { Confirm } from '../../ui/confirm';
import { Icon } from '../../ui/icon';
import { Pending, ProblemNote } from '../../ui/pending';
import { PetitionAnswer } from '../../ui/petition-answer';
import { Value } from '../../ui/value';

const MOST_DAYS = 30;
const LEAST_WORDS = 10;

@Component({
  selector: 'vt-baseline-card',
  imports: [Icon, Pending, PetitionAnswer, ProblemNote, Value],
  template: `
    <section class="card" aria-labelledby="baseline-title">
      <header>
        <h2 id="baseline-title">Temporary baseline</h2>
        @if (until()) {
          <span class="chip warn">In force</span>
        }
      </header>
      <vt-pending [query]="model" [rows]="2" />
      @if (model.value()) {
        <div class="body stack">
          @if (until(); as until) {
            <p class="small">
              Until <b>{{ exact(until) }}</b> you are compared with what was learnt since it began.
              Your own model is untouched and returns then.
            </p>
            <div>
              <button type="button" class="btn" (click)="end()">End it now</button>
            </div>
          } @else {
            <p class="small soft">
              An injured hand, a new keyboard? For some days you can be compared with how you type
              now. An admin must agree, since it weakens your protection: at first your behaviour
              says almost nothing.
            </p>
            @if (asked(); as petition) {
              <vt-petition-answer [petition]="petition" (withdraw)="withdraw(petition.id)" />
            }
            @if (asked()?.status !== 'open') {
              <form class="stack" (submit)="$event.preventDefault(); ask()">
                @if (problem(); as problem) {
                  <vt-problem [problem]="problem" />
                }
                <label class="field">
                  <span>What has changed?</span>
                  <textarea class="input" rows="3" maxlength="2000" [(vtValue)]="text"></textarea>
                </label>
                <label class="field days">
                  <span>For how many days (1 to 30)</span>
                  <input class="input" type="number" min="1" max="30" step="1" [(vtValue)]="days" />
                </label>
                <div>
                  <button type="submit" class="btn" [disabled]="!ready() || busy()">
                    <vt-icon name="shield" />Ask for it
                  </button>
                </div>
              </form>
            }
          }
        </div>
      }
    </section>
  `,
  styles: `
    .days {
      max-width: 200px;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class BaselineCard {
  private readonly api = inject(Api);
  private readonly confirm = inject(Confirm);
  private readonly realtime = inject(Realtime);
  private readonly toasts = inject(Toasts);
  protected readonly text = signal('');
  protected readonly days = signal('7');
  protected readonly busy = signal(false);
  protected readonly problem = signal<ClientProblem | undefined>(undefined);
  protected readonly model = query(
    () => ({ connections: this.realtime.connections() }),
    (_, abort) => this.api.call('GET /api/v1/me/model', { signal: abort }),
  );
  private readonly petitions = query(
    () => ({ connections: this.realtime.connections() }),
    (_, abort) => this.api.call('GET /api/v1/me/petitions', { signal: abort }),
  );
  protected readonly until = computed(() => this.model.value()?.temporary_until ?? null);
  /** The newest request of this kind, unless it was taken back. */
  protected readonly asked = computed(() => {
    const newest = this.petitions.value()?.items.find(({ kind }) => kind === 'baseline');
    return newest && newest.status !== 'withdrawn' ? newest : undefined;
  });
  protected readonly ready = computed(() => {
    const days = Number(this.days());
    const whole = Number.isInteger(days) && days >= 1 && days <= MOST_DAYS;
    return whole && this.text().trim().length >= LEAST_WORDS;
  });
  protected readonly exact = (at: string) => exactTime(Date.parse(at));

  constructor() {
    const until = inject(DestroyRef);
    this.realtime.on('petition_update', () => void this.reload(), until);
    this.realtime.on('notification', () => void this.reload(), until);
  }

  protected async ask(): Promise<void> {
    if (!this.ready() || this.busy()) return;
    this.busy.set(true);
    try {
      const body = { text: this.text().trim(), days: Number(this.days()) };
      const asked = await unlessDeclined(() => this.api.call('POST /api/v1/me/baseline', { body }));
      this.problem.set(undefined);
      if (asked) this.text.set('');
    } catch (error) {
      this.problem.set(toApiError(error).problem);
    }
    this.busy.set(false);
    await this.reload();
  }

  protected async withdraw(id: string): Promise<void> {
    try {
      await this.api.call('DELETE /api/v1/me/petitions/:id', { params: { id } });
    } catch (error) {
      this.toasts.fail('It was not withdrawn.', error);
    }
    await this.reload();
  }

  protected async end(): Promise<void> {
    const consent = await this.confirm.ask({
      title: 'End the temporary baseline now?',
      consequence:
        'What was learnt since it began is forgotten, and you are compared with your own model again. To have another one you must ask again.',
      confirm: 'End it',
    });
    if (!consent) return;
    try {
      await this.api.call('DELETE /api/v1/me/baseline');
      this.toasts.say('Your own model is back.');
    } catch (error) {
      this.toasts.fail('It did not end.', error);
    }
    await this.reload();
  }

  private async reload(): Promise<void> {
    await Promise.all([this.model.reload(), this.petitions.reload()]);
  }
}
