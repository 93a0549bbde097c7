// The own passkeys: which there are, when each was last used; add, name, remove.
import { ChangeDetectionStrategy, Component, inject, signal } from '@angular/core';
import { Api } from '../../core/api';
import { type ClientProblem, isAbort, toApiError } from '../../core/api-error';
import { Identity } from '../../core/identity';
import { createPasskey, hideRemovedPasskey, passkeysSupported } from '../../core/passkeys';
import { query } from '../../core/query';
import { Toasts } from '../../core/toasts';
import type { Passkey } from '../../core/wire';
import { Confirm } from '../../ui/confirm';
import { FocusFirst } from '../../ui/focus-first';
import { Icon } from '../../ui/icon';
import { Pending, ProblemNote } from '../../ui/pending';
import { Time } from '../../ui/time';
import { Value } from '../../ui/value';
import { RecoveryCodes } from './recovery-codes';

@Component({
  selector: 'vt-passkeys-card',
  imports: [FocusFirst, Icon, Pending, ProblemNote, RecoveryCodes, Time, Value],
  templateUrl: './passkeys-card.html',
  styles: `
    b {
      font-weight: 550;
      margin-right: 6px;
    }
    .acts {
      display: flex;
      gap: 4px;
      margin-inline-start: auto;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class PasskeysCard {
  private readonly identity = inject(Identity);
  private readonly api = inject(Api);
  private readonly confirm = inject(Confirm);
  private readonly toasts = inject(Toasts);
  protected readonly supported = passkeysSupported();
  protected readonly whyNot = isSecureContext
    ? 'This browser knows no passkeys. Add one from a newer browser.'
    : 'Browsers allow passkeys on https and localhost only; this page came by plain http.';
  protected readonly passkeys = query(
    () => ({}),
    async (_, signal) => (await this.api.call('GET /api/v1/me/passkeys', { signal })).items,
  );
  protected readonly codes = signal<readonly string[]>([]);
  protected readonly renaming = signal<string | undefined>(undefined);
  protected readonly name = signal('');
  protected readonly busy = signal(false);
  protected readonly problem = signal<ClientProblem | undefined>(undefined);

  protected add(): Promise<void> {
    return this.during(async () => {
      const options = await this.api.call('POST /api/v1/me/passkeys/options');
      const response = await createPasskey(options);
      const { recovery_codes } = await this.api.call('POST /api/v1/me/passkeys', {
        body: { response },
      });
      this.codes.set(recovery_codes);
      if (recovery_codes.length === 0) this.toasts.say('The passkey is added.');
      await this.readAgain();
    });
  }

  protected beginRename({ id, name }: Passkey): void {
    this.name.set(name);
    this.renaming.set(id);
  }

  protected rename({ id }: Passkey): Promise<void> {
    return this.during(async () => {
      const body = { name: this.name().trim() };
      const named = await this.api.call('PATCH /api/v1/me/passkeys/:id', { params: { id }, body });
      this.passkeys.update((all) => all.map((each) => (each.id === id ? named : each)));
      this.renaming.set(undefined);
    });
  }

  protected async remove({ id, name, credential_id }: Passkey): Promise<void> {
    const consent = await this.confirm.ask({
      title: `Remove ${name}?`,
      consequence: this.consequence(),
      confirm: 'Remove passkey',
      danger: true,
    });
    if (!consent) return;
    await this.during(async () => {
      await this.api.call('DELETE /api/v1/me/passkeys/:id', { params: { id } });
      this.toasts.say(`${name} is removed.`);
      await hideRemovedPasskey(credential_id);
      await this.readAgain();
    });
  }

  private consequence(): string {
    if ((this.passkeys.value()?.length ?? 0) > 1) {
      return 'It can no longer sign you in or prove who you are. Your other passkeys still can.';
    }
    return this.identity.user()?.totp_enrolled
      ? 'It is your last passkey: signing in takes your password again, and a step-up your authenticator.'
      : 'It is your last strong proof: your password alone protects the account then, and your recovery codes stop working.';
  }

  /** Other cards of the page show what hangs on it. */
  private async readAgain(): Promise<void> {
    const { user } = await this.api.call('GET /api/v1/me');
    this.identity.user.set(user);
    this.identity.epoch.update((epoch) => epoch + 1);
  }

  private async during(act: () => Promise<void>): Promise<void> {
    if (this.busy()) return;
    this.busy.set(true);
    this.problem.set(undefined);
    try {
      await act();
    } catch (error) {
      if (!isAbort(error)) this.problem.set(toApiError(error).problem);
    }
    this.busy.set(false);
  }
}
