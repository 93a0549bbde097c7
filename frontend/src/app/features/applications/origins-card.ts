// The origins of an application: where its pages are.
import {
  ChangeDetectionStrategy,
  Component,
  computed,
  inject,
  input,
  linkedSignal,
  output,
  signal,
} from '@angular/core';
import { Api } from '../../core/api';
import { type ClientProblem, toApiError } from '../../core/api-error';
import { Toasts } from '../../core/toasts';
import type { Reply } from '../../core/wire';
import { ProblemNote } from '../../ui/pending';
import { Value } from '../../ui/value';
import { linesOf } from './lines-of';

@Component({
  selector: 'vt-origins-card',
  imports: [ProblemNote, Value],
  template: `
    <section class="card" aria-labelledby="origins-title">
      <header><h2 id="origins-title">Origins</h2></header>
      <form class="body stack" (submit)="$event.preventDefault(); save()">
        @if (problem(); as problem) {
          <vt-problem [problem]="problem" />
        }
        <label class="field">
          <span>One a line</span>
          <textarea
            class="input mono"
            rows="3"
            spellcheck="false"
            placeholder="https://shop.example"
            [(vtValue)]="text"
          ></textarea>
          <span class="hint">
            The collector and the cookie of a protected site work there and nowhere else. Pages of
            an origin that you take away are refused within seconds.
          </span>
        </label>
        <div>
          <button type="submit" class="btn" [disabled]="!differs() || busy()">Save</button>
        </div>
      </form>
    </section>
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class OriginsCard {
  readonly application = input.required<Reply<'POST /api/v1/applications'>>();
  readonly changed = output();
  private readonly api = inject(Api);
  private readonly toasts = inject(Toasts);
  protected readonly text = linkedSignal(() => this.application().origins.join('\n'));
  protected readonly busy = signal(false);
  protected readonly problem = signal<ClientProblem | undefined>(undefined);
  protected readonly differs = computed(
    () => linesOf(this.text()).join('\n') !== this.application().origins.join('\n'),
  );

  protected async save(): Promise<void> {
    if (!this.differs() || this.busy()) return;
    this.busy.set(true);
    try {
      await this.api.call('PATCH /api/v1/applications/:id', {
        params: { id: this.application().id },
        body: { origins: linesOf(this.text()) },
      });
      this.problem.set(undefined);
      this.toasts.say('The origins are in force.');
      this.changed.emit();
    } catch (error) {
      this.problem.set(toApiError(error).problem);
    }
    this.busy.set(false);
  }
}
