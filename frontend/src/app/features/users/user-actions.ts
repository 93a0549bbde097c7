// What an admin can do for and to people: roles, disabling, resets; each asks first where it takes something away.
import { Injectable, inject } from '@angular/core';
import { Api } from '../../core/api';
import { exactTime } from '../../core/format';
import { Toasts } from '../../core/toasts';
import type { Role, User } from '../../core/wire';
import { Confirm } from '../../ui/confirm';
import { ROLE } from '../../ui/labels';
import { ShownOnce } from '../../ui/shown-once';

@Injectable({ providedIn: 'root' })
export class UserActions {
  private readonly api = inject(Api);
  private readonly confirm = inject(Confirm);
  private readonly toasts = inject(Toasts);
  private readonly shownOnce = inject(ShownOnce);

  async changeRole({ id, name, role: before }: User, role: Role): Promise<User | undefined> {
    const consent = await this.confirm.ask({
      title: `Make ${name} ${role === 'user' ? 'a user' : `an ${ROLE[role].toLowerCase()}`}?`,
      consequence:
        before === 'user'
          ? `${name} gets the rights of an ${ROLE[role].toLowerCase()} from the next sign-in on.`
          : `${name} loses the rights of an ${ROLE[before].toLowerCase()}; all their sessions end at once.`,
      confirm: 'Change role',
    });
    return consent && this.change(id, { role }, `${name}: ${ROLE[role].toLowerCase()} now.`);
  }

  async disable({ id, name }: User): Promise<User | undefined> {
    const consent = await this.confirm.ask({
      title: `Disable ${name}?`,
      consequence: `Every session of ${name} ends at once and signing in is refused until you enable the account again. Nothing is deleted.`,
      confirm: 'Disable',
      danger: true,
    });
    return consent && this.change(id, { status: 'disabled' }, `${name} is disabled.`);
  }

  enable({ id, name }: User): Promise<User | undefined> {
    return this.change(id, { status: 'active' }, `${name} can sign in again.`);
  }

  async reset({ id, name }: User): Promise<void> {
    const consent = await this.confirm.ask({
      title: `Reset every way to sign in of ${name}?`,
      consequence: `Every session of ${name} ends, password, authenticator, passkeys and recovery codes stop working, and you get a link to hand over. Make sure that it is really ${name} who asks.`,
      confirm: 'Reset',
      danger: true,
      reason: true,
      suggestions: ['Lost the authenticator', 'Lost the passkey', 'Forgot the password'],
    });
    if (!consent) return;
    try {
      const { link, expires_at } = await this.api.call('POST /api/v1/users/:id/reset', {
        params: { id },
        body: consent,
      });
      this.handOver(`Reset link for ${name}`, link, expires_at);
    } catch (error) {
      this.toasts.fail('Nothing was reset.', error);
    }
  }

  handOver(title: string, link: string, expiresAt: string): void {
    this.shownOnce.show({
      title,
      advice: `Hand it over by a way that you trust. It ends ${exactTime(Date.parse(expiresAt))}.`,
      what: 'link',
      value: link,
    });
  }

  private async change(
    id: string,
    body: { role?: Role; status?: 'active' | 'disabled' },
    done: string,
  ): Promise<User | undefined> {
    try {
      const user = await this.api.call('PATCH /api/v1/users/:id', { params: { id }, body });
      this.toasts.say(done);
      return user;
    } catch (error) {
      this.toasts.fail('Nothing was changed.', error);
      return undefined;
    }
  }
}
