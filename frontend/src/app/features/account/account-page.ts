// Account: passkeys, authenticator app, recovery codes, password, devices.
import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { Identity } from '../../core/identity';
import { ROLE } from '../../ui/labels';
import { OwnDevices } from '../../ui/own-devices';
import { AuthenticatorCard } from './authenticator-card';
import { PasskeysCard } from './passkeys-card';
import { PasswordCard } from './password-card';
import { RecoveryCard } from './recovery-card';

@Component({
  selector: 'vt-account-page',
  imports: [AuthenticatorCard, OwnDevices, PasskeysCard, PasswordCard, RecoveryCard],
  template: `
    <div class="page">
      <div class="page-head">
        <div class="grow">
          <h1>{{ answer() }}</h1>
          <p class="lead">
            {{ identity.user()?.name }} · {{ identity.user()?.email }} ·
            {{ roles[identity.user()?.role ?? 'user'] }}
          </p>
        </div>
      </div>
      <div class="columns">
        <div class="stack">
          <vt-passkeys-card />
          <vt-authenticator-card />
          <vt-recovery-card />
        </div>
        <div class="stack">
          <vt-password-card />
          <vt-own-devices />
        </div>
      </div>
    </div>
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class AccountPage {
  protected readonly identity = inject(Identity);
  protected readonly roles = ROLE;
  protected readonly answer = computed(() => {
    const user = this.identity.user();
    const ways = [
      user?.passkeys ? (user.passkeys === 1 ? 'a passkey' : `${user.passkeys} passkeys`) : '',
      user?.totp_enrolled ? 'an authenticator' : '',
    ].filter(Boolean);
    return ways.length > 0
      ? `Your account is protected by ${ways.join(' and ')}`
      : 'Your account is protected by its password alone';
  });
}
