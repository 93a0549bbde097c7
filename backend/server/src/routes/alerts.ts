// Handlers of the alert routes: the queue that admins work on.
import { Fault } from '@verity/protocol/faults';
import type { AlertId } from '@verity/protocol/ids';
import type { alertRoutes } from '@verity/protocol/alerts/routes';
import type { Alert } from '@verity/protocol/alerts/schemas';
import type { Alerts } from '@verity/domain/alerts/ports';
import { mustFollow, statusesBefore } from '@verity/domain/alerts/workflow';
import type { Journal } from '@verity/domain/audit/ports';
import type { Clock } from '@verity/domain/kernel/ports';
import type { Announcer } from '@verity/domain/realtime/ports';
import type { Call, Handlers, UserCaller } from '../http/handler';

export interface AlertRoutePorts {
  alerts: Alerts;
  announcer: Pick<Announcer, 'announce'>;
  journal: Journal;
  clock: Clock;
}

export function alertHandlers(ports: AlertRoutePorts): Handlers<keyof typeof alertRoutes> {
  const { alerts } = ports;

  const known = async (id: AlertId): Promise<Alert> => {
    const alert = await alerts.byId(id);
    if (alert) return alert;
    throw new Fault('not-found', 'There is no such alert.', { fix: 'GET /api/alerts lists them.' });
  };

  /** Tells whoever follows the queue, and puts it on record. */
  const worked = async (
    alert: Alert,
    { caller, address }: Call<UserCaller>,
    details: Record<string, unknown>,
  ): Promise<void> => {
    ports.announcer.announce('threat_alert', ['alerts'], { alert, change: 'updated' });
    await ports.journal.record({
      actor: `user:${caller.rights.userId}`,
      action: 'alert.changed',
      subject: `alert:${alert.id}`,
      outcome: 'success',
      address,
      details,
    });
  };

  return {
    'GET /api/alerts'({ query }) {
      const { cursor, limit, session_id: sessionId, user_id: userId, ...rest } = query;
      const filter = {
        ...rest,
        ...(sessionId ? { sessionId } : {}),
        ...(userId ? { userId } : {}),
      };
      return alerts.list(filter, { cursor, limit });
    },

    'GET /api/alerts/:id': ({ params }) => known(params.id),

    async 'PATCH /api/alerts/:id'({ params, body }, call) {
      const before = await known(params.id);
      const { status, assignee } = body;
      if (status === undefined && assignee === undefined) {
        throw new Fault('invalid-input', 'It says nothing to change.', {
          fix: 'Send a status, an assignee, or both.',
        });
      }
      if (status !== undefined && status !== before.status) mustFollow(before.status, status);
      const changes = { status, assignee, from: before.status };
      const alert = await alerts.change(params.id, changes, ports.clock());
      await worked(alert, call, { status_before: before.status, status, assignee });
      return alert;
    },

    async 'POST /api/alerts/:id/notes'({ params, body }, call) {
      const author = call.caller.rights.userEmail;
      const alert = await alerts.addNote(params.id, { at: ports.clock(), author, text: body.text });
      await worked(alert, call, { note: alert.notes.length });
      return alert;
    },

    async 'POST /api/alerts/bulk'({ body }, call) {
      const { status } = body;
      const ids = [...new Set(body.ids)];
      const changed = await alerts.changeMany(ids, status, statusesBefore(status), ports.clock());
      await Promise.all(changed.map((alert) => worked(alert, call, { status, bulk: true })));
      return { changed: changed.length };
    },
  };
}
