// What an admin can do to a session: end it, or ask for proof; both ask first and want a reason.
import { Injectable, inject } from '@angular/core';
import { Api } from '../../core/api';
import { Toasts } from '../../core/toasts';
import type { Session } from '../../core/wire';
import { Confirm } from '../../ui/confirm';

@Injectable({ providedIn: 'root' })
export class SessionActions {
  private readonly api = inject(Api);
  private readonly confirm = inject(Confirm);
  private readonly toasts = inject(Toasts);

  async terminate({ id, user_name, device_label }: Session): Promise<Session | undefined> {
    const consent = await this.confirm.ask({
      title: `Terminate the session of ${user_name}?`,
      consequence: `${user_name} is signed out on ${device_label} at once, on every server; what was not saved there is lost. They are told the reason.`,
      confirm: 'Terminate',
      danger: true,
      reason: true,
      suggestions: ['Typing is not theirs', 'Confirmed with the person', 'Reported as stolen'],
    });
    if (!consent) return undefined;
    try {
      const ended = await this.api.call('POST /api/v1/sessions/:id/terminate', {
        params: { id },
        body: consent,
      });
      this.toasts.say(`The session of ${user_name} has ended.`);
      return ended;
    } catch (error) {
      this.toasts.fail('The session was not ended.', error);
      return undefined;
    }
  }

  async askStepUp({ id, user_name }: Session): Promise<Session | undefined> {
    const consent = await this.confirm.ask({
      title: `Ask ${user_name} to prove who they are?`,
      consequence: `Until ${user_name} proves it by authenticator, recovery code or password, most of the session stays closed. They are told the reason.`,
      confirm: 'Ask for proof',
      reason: true,
      suggestions: ['Unusual behaviour', 'Routine check'],
    });
    if (!consent) return undefined;
    try {
      const asked = await this.api.call('POST /api/v1/sessions/:id/step-up', {
        params: { id },
        body: consent,
      });
      this.toasts.say(`${user_name} is asked to prove who they are.`);
      return asked;
    } catch (error) {
      this.toasts.fail('Nothing was asked.', error);
      return undefined;
    }
  }
}
