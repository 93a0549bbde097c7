// Starts a simulation of the draft in the editor over recorded days.
import { ChangeDetectionStrategy, Component, inject, input, output, signal } from '@angular/core';
import { Api } from '../../core/api';
import { toApiError, type ClientProblem } from '../../core/api-error';
import type { PolicyDraft } from '../../core/wire';
import { Icon } from '../../ui/icon';
import { ProblemNote } from '../../ui/pending';
import { Value } from '../../ui/value';

const DAYS = ['1', '7', '14', '30'];

@Component({
  selector: 'vt-try-past',
  imports: [Icon, ProblemNote, Value],
  template: `
    <section class="card" aria-labelledby="past-title">
      <header><h2 id="past-title">Recorded sessions</h2></header>
      <div class="body stack">
        <p class="small soft">
          Whom would this draft have challenged or ended, beside the version in force? Recorded
          sessions are judged by both.
        </p>
        <div class="row wrap">
          <label class="row small">
            <span class="nowrap">the last</span>
            <select class="input" aria-label="Days" [(vtValue)]="days">
              @for (one of choices; track one) {
                <option [value]="one">{{ one === '1' ? '1 day' : one + ' days' }}</option>
              }
            </select>
          </label>
          <button
            type="button"
            class="btn"
            [disabled]="busy() || !ready()"
            (click)="start(draft())"
          >
            <vt-icon name="play" />Try on the past
          </button>
        </div>
        @if (problem(); as problem) {
          <vt-problem [problem]="problem" />
        }
      </div>
    </section>
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class TryPast {
  readonly draft = input.required<PolicyDraft>();
  /** Whether the draft fits. */
  readonly ready = input.required<boolean>();
  /** The id of the run that began. */
  readonly began = output<string>();
  private readonly api = inject(Api);
  protected readonly choices = DAYS;
  protected readonly days = signal('7');
  protected readonly busy = signal(false);
  protected readonly problem = signal<ClientProblem | undefined>(undefined);

  protected async start(policy: PolicyDraft): Promise<void> {
    this.busy.set(true);
    this.problem.set(undefined);
    try {
      const body = { policy, days: Number(this.days()) };
      const run = await this.api.call('POST /api/v1/policies/simulations', { body });
      this.began.emit(run.id);
    } catch (error) {
      this.problem.set(toApiError(error).problem);
    }
    this.busy.set(false);
  }
}
