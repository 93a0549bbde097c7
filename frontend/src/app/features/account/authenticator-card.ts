// The authenticator app: enrol by QR code, remove with password and code.
import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { Api } from '../../core/api';
import { type ClientProblem, toApiError } from '../../core/api-error';
import { Identity } from '../../core/identity';
import { query } from '../../core/query';
import { Toasts } from '../../core/toasts';
import type { Reply } from '../../core/wire';
import { CopyId } from '../../ui/copy-id';
import { Pending, ProblemNote } from '../../ui/pending';
import { Value } from '../../ui/value';
import { RecoveryCodes } from './recovery-codes';

@Component({
  selector: 'vt-authenticator-card',
  imports: [CopyId, Pending, ProblemNote, RecoveryCodes, Value],
  templateUrl: './authenticator-card.html',
  styles: `
    .enrol {
      display: grid;
      grid-template-columns: 180px minmax(0, 1fr);
      gap: 20px;
    }
    img {
      width: 180px;
      height: 180px;
      padding: 8px;
      border: 1px solid var(--line);
      border-radius: var(--radius-s);
      background: #fff;
    }
    .code {
      max-width: 160px;
      letter-spacing: 0.2em;
    }
    @media (max-width: 520px) {
      .enrol {
        grid-template-columns: 1fr;
      }
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class AuthenticatorCard {
  protected readonly identity = inject(Identity);
  private readonly api = inject(Api);
  private readonly toasts = inject(Toasts);
  protected readonly me = query(
    () => ({}),
    (_, signal) => this.api.call('GET /api/v1/me', { signal }),
  );
  protected readonly enrolment = signal<Reply<'POST /api/v1/me/totp'> | undefined>(undefined);
  protected readonly codes = signal<readonly string[]>([]);
  protected readonly removing = signal(false);
  protected readonly code = signal('');
  protected readonly password = signal('');
  protected readonly busy = signal(false);
  protected readonly problem = signal<ClientProblem | undefined>(undefined);
  protected readonly complete = computed(() => /^\d{6}$/.test(this.digits()));
  protected readonly qr = computed(
    () => `data:image/svg+xml,${encodeURIComponent(this.enrolment()?.qr_svg ?? '')}`,
  );
  private readonly digits = computed(() => this.code().replaceAll(/\s/g, ''));

  protected begin(): Promise<void> {
    return this.during(async () => {
      this.codes.set([]);
      this.enrolment.set(await this.api.call('POST /api/v1/me/totp'));
    });
  }

  protected confirm(): Promise<void> {
    return this.during(async () => {
      const { recovery_codes } = await this.api.call('POST /api/v1/me/totp/confirm', {
        body: { code: this.digits() },
      });
      this.codes.set(recovery_codes);
      if (recovery_codes.length === 0) this.toasts.say('The authenticator is enrolled.');
      this.enrolment.set(undefined);
      await this.readAgain();
    });
  }

  protected remove(): Promise<void> {
    return this.during(async () => {
      await this.api.call('POST /api/v1/me/totp/remove', {
        body: { password: this.password(), code: this.digits() },
      });
      this.removing.set(false);
      this.toasts.say('The authenticator is removed. Enrol another one soon.');
      await this.readAgain();
    });
  }

  protected cancel(): void {
    this.enrolment.set(undefined);
    this.removing.set(false);
    this.code.set('');
    this.password.set('');
    this.problem.set(undefined);
  }

  private async readAgain(): Promise<void> {
    await this.me.reload();
    const user = this.me.value()?.user;
    if (user) this.identity.user.set(user);
    // Other cards of the page show what hangs on it.
    this.identity.epoch.update((epoch) => epoch + 1);
  }

  private async during(act: () => Promise<void>): Promise<void> {
    if (this.busy()) return;
    this.busy.set(true);
    try {
      await act();
      this.problem.set(undefined);
      this.password.set('');
    } catch (error) {
      this.problem.set(toApiError(error).problem);
    }
    this.code.set('');
    this.busy.set(false);
  }
}
