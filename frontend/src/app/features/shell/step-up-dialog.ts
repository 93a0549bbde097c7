// Asks for proof of identity, says why, and offers the ways that the person has.
import { DialogRef } from '@angular/cdk/dialog';
import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { Api } from '../../core/api';
import { type ClientProblem, toApiError } from '../../core/api-error';
import { Identity } from '../../core/identity';
import { query } from '../../core/query';
import { Toasts } from '../../core/toasts';
import type { Request, StepUpMethod } from '../../core/wire';
import { FocusFirst } from '../../ui/focus-first';
import { Pending, ProblemNote } from '../../ui/pending';
import { Value } from '../../ui/value';

const METHODS = {
  totp: { choice: 'Authenticator app', label: 'Six digits from your authenticator app' },
  recovery_code: { choice: 'Recovery code', label: 'One of your recovery codes; each works once' },
  password: { choice: 'Password', label: 'Your password' },
} as const satisfies Record<StepUpMethod, { choice: string; label: string }>;

@Component({
  selector: 'vt-step-up-dialog',
  imports: [FocusFirst, Pending, ProblemNote, Value],
  template: `
    <form class="dialog" (submit)="$event.preventDefault(); prove()">
      <h2 id="step-up-title">Prove again that it is you</h2>
      <p class="soft">
        {{
          identity.stepUpReason() ??
            identity.session()?.state_reason ??
            'You can lower your score by proving who you are.'
        }}
      </p>
      @if (problem(); as problem) {
        <vt-problem [problem]="problem" />
      }
      <vt-pending [query]="me" [rows]="2" />
      @if (me.value(); as me) {
        @if (me.step_up_methods.length > 1) {
          <div class="row wrap" role="group" aria-label="How">
            @for (one of me.step_up_methods; track one) {
              <button
                type="button"
                class="btn"
                [class.on]="one === method()"
                [attr.aria-pressed]="one === method()"
                (click)="choose(one)"
              >
                {{ methods[one].choice }}
              </button>
            }
          </div>
        }
        <label class="field">
          <span>{{ methods[method()].label }}</span>
          <input
            class="input"
            vtFocusFirst
            [type]="method() === 'password' ? 'password' : 'text'"
            [attr.inputmode]="method() === 'totp' ? 'numeric' : null"
            [attr.autocomplete]="method() === 'password' ? 'current-password' : 'one-time-code'"
            [class.mono]="method() !== 'password'"
            [(vtValue)]="secret"
            required
          />
        </label>
      }
      <footer>
        <button type="button" class="btn quiet" (click)="signOut()">Sign out</button>
        <span class="grow"></span>
        <button type="button" class="btn" (click)="ref.close()">Not now</button>
        <button type="submit" class="btn primary" [disabled]="busy() || !ready()">Prove it</button>
      </footer>
    </form>
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class StepUpDialog {
  protected readonly identity = inject(Identity);
  protected readonly ref = inject(DialogRef);
  private readonly api = inject(Api);
  private readonly toasts = inject(Toasts);
  protected readonly methods = METHODS;
  protected readonly me = query(
    () => ({}),
    (_, signal) => this.api.call('GET /api/v1/me', { signal }),
  );
  private readonly chosen = signal<StepUpMethod | undefined>(undefined);
  protected readonly method = computed(
    () => this.chosen() ?? this.me.value()?.step_up_methods[0] ?? 'password',
  );
  protected readonly secret = signal('');
  protected readonly busy = signal(false);
  protected readonly problem = signal<ClientProblem | undefined>(undefined);
  protected readonly ready = computed(() =>
    this.method() === 'totp' ? /^\d{6}$/.test(this.digits()) : this.secret().length > 0,
  );
  private readonly digits = computed(() => this.secret().replaceAll(/\s/g, ''));

  protected choose(method: StepUpMethod): void {
    this.chosen.set(method);
    this.secret.set('');
    this.problem.set(undefined);
  }

  protected async prove(): Promise<void> {
    if (!this.ready() || this.busy()) return;
    this.busy.set(true);
    try {
      const { session } = await this.api.call('POST /api/v1/step-up', { body: this.proof() });
      this.identity.observe(session);
      this.identity.stepUpReason.set(undefined);
      this.identity.epoch.update((epoch) => epoch + 1);
      this.toasts.say('Thank you. It counts as evidence for you.');
      this.ref.close();
    } catch (error) {
      this.problem.set(toApiError(error).problem);
      this.secret.set('');
    }
    this.busy.set(false);
  }

  protected async signOut(): Promise<void> {
    this.ref.close();
    await this.identity.signOut();
  }

  private proof(): Request<'POST /api/v1/step-up'>['body'] {
    const method = this.method();
    switch (method) {
      case 'totp':
        return { method, code: this.digits() };
      case 'recovery_code':
        return { method, code: this.secret().trim() };
      case 'password':
        return { method, password: this.secret() };
    }
  }
}
