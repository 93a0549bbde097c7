// What alerts need of the world: the queue that humans work on.
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
  list(
    filter: AlertFilter,
    page: { cursor?: string | undefined; limit: number },
  ): Promise<Page<Alert>>;
  change(
    id: AlertId,
    changes: { status?: AlertStatus; assignee?: string | null },
    at: Date,
  ): Promise<Alert>;
  addNote(id: AlertId, note: { at: Date; author: string; text: string }): Promise<Alert>;
  changeMany(ids: AlertId[], status: AlertStatus, at: Date): Promise<number>;
  countOpen(): Promise<number>;
}
