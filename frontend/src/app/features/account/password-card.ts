// Changes the own password.
import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { Api } from '../../core/api';
import { type ClientProblem, toApiError } from '../../core/api-error';
import { Identity } from '../../core/identity';
import { Toasts } from '../../core/toasts';
import { ProblemNote } from '../../ui/pending';
import { Value } from '../../ui/value';

const SHORTEST = 12;

@Component({
  selector: 'vt-password-card',
  imports: [ProblemNote, Value],
  template: `
    <section class="card" aria-labelledby="password-title">
      <header><h2 id="password-title">Password</h2></header>
      <form class="body stack" (submit)="$event.preventDefault(); change()">
        @if (problem(); as problem) {
          <vt-problem [problem]="problem" />
        }
        <input
          class="sr-only"
          type="text"
          autocomplete="username"
          tabindex="-1"
          aria-hidden="true"
          readonly
          [value]="identity.user()?.email"
        />
        <label class="field">
          <span>Password now</span>
          <input
            class="input"
            type="password"
            autocomplete="current-password"
            required
            [(vtValue)]="current"
          />
        </label>
        <label class="field">
          <span>New password</span>
          <input
            class="input"
            type="password"
            autocomplete="new-password"
            maxlength="128"
            required
            [(vtValue)]="next"
          />
          <span class="hint">At least 12 characters. Every other session of yours ends.</span>
        </label>
        <div>
          <button type="submit" class="btn" [disabled]="!ready() || busy()">Change password</button>
        </div>
      </form>
    </section>
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class PasswordCard {
  protected readonly identity = inject(Identity);
  private readonly api = inject(Api);
  private readonly toasts = inject(Toasts);
  protected readonly current = signal('');
  protected readonly next = signal('');
  protected readonly busy = signal(false);
  protected readonly problem = signal<ClientProblem | undefined>(undefined);
  protected readonly ready = computed(
    () => this.current().length > 0 && this.next().length >= SHORTEST,
  );

  protected async change(): Promise<void> {
    if (!this.ready() || this.busy()) return;
    this.busy.set(true);
    try {
      await this.api.call('POST /api/v1/auth/password', {
        body: { current: this.current(), next: this.next() },
      });
      this.current.set('');
      this.next.set('');
      this.problem.set(undefined);
      this.toasts.say('The password is changed; your other sessions have ended.');
    } catch (error) {
      this.problem.set(toApiError(error).problem);
    }
    this.busy.set(false);
  }
}
