// Account: authenticator app, password, devices, notifications.
import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { Identity } from '../../core/identity';
import { ROLE } from '../../ui/labels';
import { OwnDevices } from '../../ui/own-devices';
import { AuthenticatorCard } from './authenticator-card';
import { NotificationsCard } from './notifications-card';
import { PasswordCard } from './password-card';

@Component({
  selector: 'vt-account-page',
  imports: [AuthenticatorCard, NotificationsCard, OwnDevices, PasswordCard],
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
        <vt-authenticator-card />
        <vt-password-card />
      </div>
      <vt-own-devices />
      <vt-notifications-card />
    </div>
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class AccountPage {
  protected readonly identity = inject(Identity);
  protected readonly roles = ROLE;
  protected readonly answer = computed(() =>
    this.identity.user()?.totp_enrolled
      ? 'Your account is protected by password and authenticator'
      : 'Your account is protected by its password alone',
  );
}
