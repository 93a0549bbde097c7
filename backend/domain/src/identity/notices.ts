// Tells a person something: kept in their list of notifications, and shown at once where they are connected.
import type { Notification } from '@verity/protocol/identity/schemas';
import type { NotificationId, SessionId, UserId } from '@verity/protocol/ids';
import type { Clock, NewId } from '../kernel/ports';
import type { Announce } from './outward';
import type { Notifications } from './ports';

export interface Notice {
  kind: Notification['kind'];
  title: string;
  body: string;
  /** Path in the client that it leads to. */
  link: string | null;
  session: SessionId | null;
  /** The ways that would do, when proof is asked for. */
  acr_values?: string;
}

export interface NoticePorts {
  notifications: Pick<Notifications, 'add' | 'muted'>;
  announce: Announce;
  clock: Clock;
  newId: NewId;
}

export type Tell = (user: UserId, notice: Notice) => Promise<void>;

export function notices(ports: NoticePorts): Tell {
  return async (user, { session, ...said }) => {
    const at = ports.clock();
    const note = { ...said, id: ports.newId<NotificationId>(), session_id: session };
    const muted: readonly string[] = await ports.notifications.muted(user);
    // A quiet one is kept as read: screens follow it as they follow every other, and nobody is called.
    const readAt = muted.includes(said.kind) ? at : null;
    await ports.notifications.add({ ...note, userId: user, createdAt: at, readAt });
    ports.announce('notification', [`user:${user}`], {
      ...note,
      created_at: at.toISOString(),
      read_at: readAt?.toISOString() ?? null,
    });
  };
}
