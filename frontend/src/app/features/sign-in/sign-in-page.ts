// Signing in: says why one is here when a session has ended, and leads back to where one was.
import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  afterNextRender,
  inject,
  input,
  signal,
} from '@angular/core';
import { Router } from '@angular/router';
import { type ClientProblem, isAbort, toApiError } from '../../core/api-error';
import { Identity } from '../../core/identity';
import { autofillSupported, passkeysSupported, stopWaitingForPasskey } from '../../core/passkeys';
import { Icon } from '../../ui/icon';
import { ProblemNote } from '../../ui/pending';
import { Value } from '../../ui/value';
import { Frame } from './frame';

const OFFER_MS = 4 * 60_000;

@Component({
  selector: 'vt-sign-in-page',
  imports: [Frame, Icon, ProblemNote, Value],
  template: `
    <vt-frame>
      <h1>Sign in</h1>
      @if (problem(); as problem) {
        <vt-problem [problem]="problem" />
      } @else if (identity.ending(); as ending) {
        <div class="note" [class.warn]="!ending.byOneself" role="status">
          <vt-icon [name]="ending.byOneself ? 'info' : 'alert'" />
          <div>
            @if (!ending.byOneself) {
              <b>You need to sign in again</b>
            }
            <p>{{ ending.detail }}</p>
            @if (ending.disowned) {
              <p>
                The session has ended and an alert was raised. Sign in again, then change your
                password and look through your passkeys: whoever was here may know them.
              </p>
            }
            @if (ending.session && !ending.byOneself) {
              <label class="check small">
                <input type="checkbox" [checked]="asks()" (change)="asks.set(!asks())" />
                {{
                  ending.disowned ? 'Then take me to my account' : 'Show me why, and what I can do'
                }}
              </label>
            }
          </div>
        </div>
      }
      <form (submit)="$event.preventDefault(); signIn()">
        <label class="field">
          <span>E-mail</span>
          <input
            class="input"
            type="email"
            name="email"
            autocomplete="username webauthn"
            required
            [(vtValue)]="email"
          />
        </label>
        <label class="field">
          <span>Password</span>
          <input
            class="input"
            type="password"
            name="password"
            autocomplete="current-password"
            required
            [(vtValue)]="password"
          />
        </label>
        <button type="submit" class="btn primary wide" [disabled]="busy()">
          {{ busy() ? 'Signing in …' : 'Sign in' }}
        </button>
      </form>
      @if (passkeys) {
        <div class="or faint small" aria-hidden="true">or</div>
        <button type="button" class="btn wide" [disabled]="busy()" (click)="usePasskey()">
          <vt-icon name="key" />Sign in with a passkey
        </button>
      }
      <p class="small soft">
        Lost your password and passkey? An admin of this installation can hand you a reset link.
      </p>
    </vt-frame>
  `,
  styles: `
    form {
      display: grid;
      gap: 14px;
    }
    .or {
      display: flex;
      align-items: center;
      gap: 12px;
    }
    .or::before,
    .or::after {
      flex: 1;
      border-top: 1px solid var(--line);
      content: '';
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class SignInPage {
  /** Where to go afterwards; a path of this client. */
  readonly next = input<string>();
  protected readonly identity = inject(Identity);
  private readonly router = inject(Router);
  protected readonly email = signal('');
  protected readonly password = signal('');
  /** What follows from the end of the last session, before anything else. */
  protected readonly asks = signal(this.identity.ending()?.disowned === true);
  protected readonly busy = signal(false);
  protected readonly problem = signal<ClientProblem | undefined>(undefined);

  protected readonly passkeys = passkeysSupported();
  /** What led here; signing in forgets it. */
  private readonly ended = this.identity.ending();
  private left = false;
  private offerTimer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    afterNextRender(() => void this.offer());
    inject(DestroyRef).onDestroy(() => {
      this.left = true;
      clearTimeout(this.offerTimer);
      if (this.passkeys) void stopWaitingForPasskey();
    });
  }

  protected signIn(): Promise<void> {
    if (!this.email() || !this.password()) return Promise.resolve();
    return this.during(() => this.identity.signIn(this.email().trim(), this.password()));
  }

  protected async usePasskey(): Promise<void> {
    clearTimeout(this.offerTimer);
    await this.during(() => this.identity.signInWithPasskey());
    if (!this.left) void this.offer();
  }

  /** Passkeys stand in the list under the e-mail field for as long as the page does. */
  private async offer(): Promise<void> {
    if (!(await autofillSupported()) || this.left) return;
    // The question is good for five minutes; a new one takes its place before that.
    this.offerTimer = setTimeout(() => void this.offer(), OFFER_MS);
    try {
      await this.identity.signInWithPasskey(true);
      await this.goOn();
    } catch (error) {
      // An offer that was not taken up, or could not be made, is nothing to tell: the button says why.
      const { problem } = toApiError(error);
      if (!isAbort(error) && problem.code === 'wrong-credentials') this.problem.set(problem);
    }
  }

  private async goOn(): Promise<void> {
    const { session, disowned } = this.ended ?? {};
    const asked = disowned ? '/account' : session && `/why/session/${session}`;
    const next = this.asks() && asked ? asked : this.next();
    await this.router.navigateByUrl(next?.startsWith('/') && !next.startsWith('//') ? next : '/');
  }

  private async during(enter: () => Promise<void>): Promise<void> {
    if (this.busy()) return;
    this.busy.set(true);
    try {
      await enter();
      await this.goOn();
    } catch (error) {
      if (!isAbort(error)) this.problem.set(toApiError(error).problem);
      this.password.set('');
    }
    this.busy.set(false);
  }
}
