// Signing in: says why one is here when a session has ended, and leads back to where one was.
import { ChangeDetectionStrategy, Component, inject, input, signal } from '@angular/core';
import { Router } from '@angular/router';
import { type ClientProblem, toApiError } from '../../core/api-error';
import { Identity } from '../../core/identity';
import { Icon } from '../../ui/icon';
import { ProblemNote } from '../../ui/pending';
import { Value } from '../../ui/value';
import { Frame } from './frame';

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
            autocomplete="username"
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
      <p class="small soft">
        Lost your password or authenticator? An admin of this installation can hand you a reset
        link.
      </p>
    </vt-frame>
  `,
  styles: `
    form {
      display: grid;
      gap: 14px;
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
  protected readonly busy = signal(false);
  protected readonly problem = signal<ClientProblem | undefined>(undefined);

  protected async signIn(): Promise<void> {
    if (this.busy() || !this.email() || !this.password()) return;
    this.busy.set(true);
    try {
      await this.identity.signIn(this.email().trim(), this.password());
      const next = this.next();
      await this.router.navigateByUrl(next?.startsWith('/') && !next.startsWith('//') ? next : '/');
    } catch (error) {
      this.problem.set(toApiError(error).problem);
      this.password.set('');
    }
    this.busy.set(false);
  }
}
