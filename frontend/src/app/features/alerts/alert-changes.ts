// Moves alerts through their workflow, one or many, with undo.
import { Injectable, inject } from '@angular/core';
import { Api } from '../../core/api';
import { plural } from '../../core/format';
import { Identity } from '../../core/identity';
import { Toasts } from '../../core/toasts';
import type { Alert, AlertStatus } from '../../core/wire';
import { ALERT_STATUS } from '../../ui/labels';
import { byStatus } from './triage';

@Injectable({ providedIn: 'root' })
export class AlertChanges {
  private readonly api = inject(Api);
  private readonly identity = inject(Identity);
  private readonly toasts = inject(Toasts);

  /** Moves all of them; `changed` is called now and after an undo. */
  async move(alerts: readonly Alert[], status: AlertStatus, changed: () => void): Promise<void> {
    const moving = alerts.filter((alert) => alert.status !== status);
    if (moving.length === 0) return;
    try {
      await this.api.call('POST /api/alerts/bulk', {
        body: { ids: moving.map(({ id }) => id), status },
      });
      changed();
      this.toasts.say(
        `${plural(moving.length, 'alert')}: ${ALERT_STATUS[status].text.toLowerCase()}.`,
        { label: 'Undo', run: () => void this.undo(moving, changed) },
      );
    } catch (error) {
      this.toasts.fail('Nothing was changed.', error);
    }
  }

  async assign({ id }: Alert, assignee: string | null): Promise<Alert | undefined> {
    try {
      return await this.api.call('PATCH /api/alerts/:id', { params: { id }, body: { assignee } });
    } catch (error) {
      this.toasts.fail('The assignment was not changed.', error);
      return undefined;
    }
  }

  get me(): string {
    return this.identity.user()?.email ?? '';
  }

  private async undo(alerts: readonly Alert[], changed: () => void): Promise<void> {
    try {
      for (const [status, ids] of byStatus(alerts)) {
        await this.api.call('POST /api/alerts/bulk', { body: { ids, status } });
      }
    } catch (error) {
      this.toasts.fail('Not all of it could be undone.', error);
    }
    changed();
  }
}
