// Records: the course of scores and the signs of life, decisions, alerts, and the audit log.
import type { Delivered } from '@verity/domain/bus/ports';
import type { Alerts } from '@verity/domain/alerts/ports';
import type { Users } from '@verity/domain/identity/ports';
import type { NewId } from '@verity/domain/kernel/ports';
import type { Decisions } from '@verity/domain/policy/ports';
import { ROOM_ADMIN, type Announcer } from '@verity/domain/realtime/ports';
import type { AuditRecord } from '@verity/protocol/audit/schemas';
import type { AlertId } from '@verity/protocol/ids';
import { stage } from './stage';

export const recordDecisionsStage = (needs: { decisions: Decisions }) =>
  stage({
    name: 'record decisions',
    stream: 'stream:ai_decisions',
    group: 'group:record',
    writes: [],
    ordered: false,
    async handle(messages: Delivered<'stream:ai_decisions'>[]) {
      await needs.decisions.add(
        messages.map(({ message_id: id, payload }) => {
          const { kind: _kind, change: _change, notify: _notify, at, ...rest } = payload;
          const { previous_band: _previousBand, ...decision } = rest;
          return { ...decision, id, at: new Date(at) };
        }),
      );
    },
  });

export const recordAlertsStage = (needs: {
  alerts: Alerts;
  users: Users;
  announcer: Announcer;
  newId: NewId;
}) =>
  stage({
    name: 'record alerts',
    stream: 'stream:alerts',
    group: 'group:record',
    writes: [],
    // Reports of one group join one alert: the first must be there before the second.
    ordered: true,
    async handle(messages: Delivered<'stream:alerts'>[]) {
      for (const { message_id, payload: report } of messages) {
        const user = report.user_id && (await needs.users.byId(report.user_id));
        const { alert, change } = await needs.alerts.report(
          needs.newId<AlertId>(),
          message_id,
          report,
          { userEmail: user ? user.email : null, demo: user ? user.demo : false },
        );
        // A report that was counted before is announced again: told twice rather than never.
        needs.announcer.announce('threat_alert', ['alerts'], {
          alert,
          change: change === 'new' ? 'new' : 'repeated',
        });
        if (alert.severity !== 'critical' || change === 'none') continue;
        needs.announcer.announce('admin_notification', [ROOM_ADMIN], {
          kind: alert.session_id ? 'session' : 'system',
          title: alert.title,
          body: alert.description,
          link: `/alerts/${alert.id}`,
          at: alert.updated_at,
        });
      }
    },
  });

/** Gives records their place in the audit log. */
export interface Sequencer {
  /** Resolves when all of them are in the log and its index. Throws `unavailable` for as long as that cannot be. */
  record(records: readonly AuditRecord[]): Promise<void>;
}

/** Records that are taken from the bus at once: while some are on their way to the disk and the index, the next are closed. */
export const AUDIT_AT_ONCE = 2_000;

export const recordAuditStage = (needs: { sequencer: Sequencer }) =>
  stage({
    name: 'record audit',
    stream: 'stream:forensics',
    group: 'group:record',
    writes: [],
    // One writer: the log has one end.
    ordered: true,
    batchSize: AUDIT_AT_ONCE,
    handle: (messages: Delivered<'stream:forensics'>[]) =>
      needs.sequencer.record(messages.map(({ payload }) => payload)),
  });
