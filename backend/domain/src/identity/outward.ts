// The shapes that identity speaks outward in: telling clients, and putting an action on record.
import type { ServerEventName } from '@verity/protocol/events';
import type { Said } from '@verity/protocol/realtime/messages';
import type { AuditRecord } from '@verity/protocol/audit/schemas';
import type { SessionId } from '@verity/protocol/ids';

/** Sends to every socket in any of the rooms, on every server process. */
export type Announce = <E extends ServerEventName>(
  event: E,
  rooms: string[],
  payload: Said<E>,
) => void;

/** Closes every socket of a session, on every server process, after what was announced to it. */
export type Disconnect = (session: SessionId) => void;

/** Puts an action on its way into the audit log; resolves when that is durable. */
export type RecordAction = (entry: Omit<AuditRecord, 'id' | 'at'> & { at?: Date }) => Promise<void>;
