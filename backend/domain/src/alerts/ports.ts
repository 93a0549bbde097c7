// What alerts need of the world: the queue that humans work on.
import type { PageRequest } from '../kernel/page-request';
import type { Alert, AlertKind, AlertStatus, Severity } from '@verity/protocol/alerts/schemas';
import type { AlertMessage } from '@verity/protocol/alerts/messages';
import type { AlertId, SessionId, UserId } from '@verity/protocol/ids';
import type { Page } from '@verity/protocol/page';

export interface AlertFilter {
  status?: AlertStatus[];
  severity?: Severity[];
  kind?: AlertKind[];
  sessionId?: SessionId;
  userId?: UserId;
  assignee?: string;
  q?: string;
}

export interface Alerts {
  /** Makes an alert, or joins the one of the same group that is not closed. A message counts once. */
  report(
    id: AlertId,
    messageId: string,
    report: AlertMessage,
    about: { userEmail: string | null; demo: boolean },
  ): Promise<{ alert: Alert; change: 'new' | 'repeated' | 'none' }>;
  byId(id: AlertId): Promise<Alert | null>;
  list(filter: AlertFilter, page: PageRequest): Promise<Page<Alert>>;
  /** Open ones, the most severe first. */
  mostSevereOpen(limit: number): Promise<Alert[]>;
  /** Throws `conflict` when the status is not `from` any more. */
  change(
    id: AlertId,
    changes: {
      status?: AlertStatus | undefined;
      assignee?: string | null | undefined;
      from?: AlertStatus;
    },
    at: Date,
  ): Promise<Alert>;
  addNote(id: AlertId, note: { at: Date; author: string; text: string }): Promise<Alert>;
  /** Moves those whose status is one of `from`; answers them as they are now. */
  changeMany(
    ids: AlertId[],
    status: AlertStatus,
    from: readonly AlertStatus[],
    at: Date,
  ): Promise<Alert[]>;
  countOpen(): Promise<number>;
}
