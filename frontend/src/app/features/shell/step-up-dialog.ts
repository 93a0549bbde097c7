// Asks for proof of identity, says why, and offers the ways that the person has.
import { DialogRef } from '@angular/cdk/dialog';
import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { Api } from '../../core/api';
import { type ClientProblem, isAbort, toApiError } from '../../core/api-error';
import { Identity } from '../../core/identity';
import { passkeysSupported, signWithPasskey } from '../../core/passkeys';
import { query } from '../../core/query';
import { Toasts } from '../../core/toasts';
import type { Request, StepUpMethod } from '../../core/wire';
import { FocusFirst } from '../../ui/focus-first';
import { Pending, ProblemNote } from '../../ui/pending';
import { Value } from '../../ui/value';

const METHODS = {
  passkey: {
    choice: 'Passkey',
    label: 'Your device asks for fingerprint, face or PIN; nothing is typed.',
  },
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
        @if (ways().length > 1) {
          <div class="row wrap" role="group" aria-label="How">
            @for (one of ways(); track one) {
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
        @if (method() === 'passkey') {
          <p class="small soft">{{ methods.passkey.label }}</p>
        } @else {
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
        @if (passkeyAway()) {
          <p class="small soft">
            Your passkey cannot be used in this browser: it takes https and a newer browser.
          </p>
        }
      }
      <footer>
        <button type="button" class="btn quiet" (click)="signOut()">Sign out</button>
        <span class="grow"></span>
        <button type="button" class="btn" (click)="ref.close(false)">Not now</button>
        <button type="submit" class="btn primary" [disabled]="busy() || !ready()">
          {{ verb() }}
        </button>
      </footer>
    </form>
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class StepUpDialog {
  protected readonly identity = inject(Identity);
  protected readonly ref = inject<DialogRef<boolean>>(DialogRef);
  private readonly api = inject(Api);
  private readonly toasts = inject(Toasts);
  protected readonly methods = METHODS;
  protected readonly me = query(
    () => ({}),
    (_, signal) => this.api.call('GET /api/v1/me', { signal }),
  );
  /** The ways that are open here: a passkey needs a browser that knows it. */
  protected readonly ways = computed(() => {
    const all = this.me.value()?.step_up_methods ?? [];
    return passkeysSupported() ? all : all.filter((one) => one !== 'passkey');
  });
  protected readonly passkeyAway = computed(
    () => this.ways().length < (this.me.value()?.step_up_methods.length ?? 0),
  );
  private readonly chosen = signal<StepUpMethod | undefined>(undefined);
  protected readonly method = computed(() => this.chosen() ?? this.ways()[0] ?? 'password');
  protected readonly secret = signal('');
  protected readonly busy = signal(false);
  protected readonly problem = signal<ClientProblem | undefined>(undefined);
  protected readonly ready = computed(() => {
    if (this.method() === 'passkey') return true;
    return this.method() === 'totp' ? /^\d{6}$/.test(this.digits()) : this.secret().length > 0;
  });
  protected readonly verb = computed(() => {
    if (this.method() !== 'passkey') return 'Prove it';
    return this.busy() ? 'Waiting for your device …' : 'Use your passkey';
  });
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
      const body = await this.proof();
      this.identity.proved(await this.api.call('POST /api/v1/step-up', { body }));
      this.toasts.say('Thank you. It counts as evidence for you.');
      this.ref.close(true);
    } catch (error) {
      if (!isAbort(error)) this.problem.set(toApiError(error).problem);
      this.secret.set('');
    }
    this.busy.set(false);
  }

  protected async signOut(): Promise<void> {
    this.ref.close(false);
    await this.identity.signOut();
  }

  private async proof(): Promise<Request<'POST /api/v1/step-up'>['body']> {
    const method = this.method();
    switch (method) {
      case 'passkey': {
        const options = await this.api.call('POST /api/v1/step-up/passkey');
        return { method, response: await signWithPasskey(options) };
      }
      case 'totp':
        return { method, code: this.digits() };
      case 'recovery_code':
        return { method, code: this.secret().trim() };
      case 'password':
        return { method, password: this.secret() };
    }
  }
}
