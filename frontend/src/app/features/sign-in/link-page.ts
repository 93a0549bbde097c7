// What a set-up, invitation or reset link opens: says what it is for and asks for a password.
import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Api } from '../../core/api';
import { type ClientProblem, toApiError } from '../../core/api-error';
import { query } from '../../core/query';
import type { Reply } from '../../core/wire';
import { Icon } from '../../ui/icon';
import { ROLE } from '../../ui/labels';
import { Pending, ProblemNote } from '../../ui/pending';
import { Time } from '../../ui/time';
import { Value } from '../../ui/value';
import { Frame } from './frame';

type Kind = Reply<'POST /api/v1/auth/invitation'>['kind'];

const TITLES = {
  setup: 'Set up the first admin',
  invitation: 'Accept your invitation',
  reset: 'Set a new password',
} as const satisfies Record<Kind, string>;

const SHORTEST = 12;

@Component({
  selector: 'vt-link-page',
  imports: [Frame, Icon, Pending, ProblemNote, RouterLink, Time, Value],
  template: `
    <vt-frame>
      @if (done()) {
        <h1>All set</h1>
        <div class="note good" role="status">
          <vt-icon name="check" />
          <p>Your password is set. Sign in with it now.</p>
        </div>
        <a class="btn primary wide" routerLink="/sign-in">Go to sign in</a>
      } @else {
        @if (link.problem()) {
          <h1>This link does not work</h1>
        } @else if (!link.value()) {
          <h1>Reading your link …</h1>
        }
        <vt-pending [query]="link" [rows]="3" />
        @if (link.value(); as link) {
          <div>
            <h1>{{ titles[link.kind] }}</h1>
            <p class="soft small lead">
              {{ link.email ?? 'A new account' }} · {{ roles[link.role] }} · this link ends
              <vt-time [at]="link.expires_at" />
            </p>
          </div>
          @if (problem(); as problem) {
            <vt-problem [problem]="problem" />
          }
          <form (submit)="$event.preventDefault(); accept()">
            @if (link.kind === 'setup') {
              <label class="field">
                <span>E-mail</span>
                <input
                  class="input"
                  type="email"
                  autocomplete="username"
                  required
                  [(vtValue)]="email"
                />
              </label>
            }
            @if (link.kind !== 'reset') {
              <label class="field">
                <span>Your name</span>
                <input
                  class="input"
                  autocomplete="name"
                  maxlength="100"
                  required
                  [(vtValue)]="name"
                />
              </label>
            }
            <label class="field">
              <span>New password</span>
              <input
                class="input"
                type="password"
                autocomplete="new-password"
                minlength="12"
                maxlength="128"
                required
                [(vtValue)]="password"
              />
              <span class="hint">
                At least 12 characters; a few unrelated words are easier to keep than symbols.
              </span>
            </label>
            <button type="submit" class="btn primary wide" [disabled]="busy() || !ready()">
              Set password
            </button>
          </form>
        }
        @if (link.problem()) {
          <a class="small" routerLink="/sign-in">Go to sign in</a>
        }
      }
    </vt-frame>
  `,
  styles: `
    form {
      display: grid;
      gap: 14px;
    }
    .lead {
      margin-top: 4px;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class LinkPage {
  private readonly api = inject(Api);
  /** The token stands behind "#", so that no server's log ever sees it; "?token=" is read too. */
  private readonly token =
    new URLSearchParams(location.hash.slice(1)).get('token') ??
    new URLSearchParams(location.search).get('token') ??
    '';
  protected readonly titles = TITLES;
  protected readonly roles = ROLE;
  protected readonly email = signal('');
  protected readonly name = signal('');
  protected readonly password = signal('');
  protected readonly busy = signal(false);
  protected readonly done = signal(false);
  protected readonly problem = signal<ClientProblem | undefined>(undefined);
  protected readonly link = query(
    () => ({ token: this.token }),
    (body, abort) => this.api.call('POST /api/v1/auth/invitation', { body, signal: abort }),
  );
  protected readonly ready = computed(() => {
    const kind = this.link.value()?.kind;
    const named = kind === 'reset' || this.name().trim().length > 0;
    const addressed = kind !== 'setup' || this.email().includes('@');
    return named && addressed && this.password().length >= SHORTEST;
  });

  protected async accept(): Promise<void> {
    if (!this.ready() || this.busy()) return;
    this.busy.set(true);
    const kind = this.link.value()?.kind;
    try {
      await this.api.call('POST /api/v1/auth/accept', {
        body: {
          token: this.token,
          password: this.password(),
          ...(kind === 'setup' ? { email: this.email().trim() } : {}),
          ...(kind === 'reset' ? {} : { name: this.name().trim() }),
        },
      });
      this.done.set(true);
    } catch (error) {
      this.problem.set(toApiError(error).problem);
    }
    this.busy.set(false);
  }
}
