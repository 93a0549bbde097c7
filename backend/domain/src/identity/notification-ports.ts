// What identity needs of the world for notifications.
import type { NotificationId, UserId } from '@verity/protocol/ids';
import type { MutableNotification, Notification } from '@verity/protocol/identity/schemas';
import type { Page } from '@verity/protocol/page';
import type { PageRequest } from '../kernel/page-request';

export interface NotificationRecord extends Omit<Notification, 'created_at' | 'read_at'> {
  userId: UserId;
  createdAt: Date;
  readAt: Date | null;
}

export interface Notifications {
  add(notification: NotificationRecord): Promise<void>;
  list(
    user: UserId,
    filter: { unread?: boolean },
    page: PageRequest,
  ): Promise<Page<NotificationRecord>>;
  markRead(user: UserId, ids: NotificationId[] | undefined, at: Date): Promise<void>;
  unread(user: UserId): Promise<number>;
  /** Kinds that stay quiet: none unless the person said so. */
  muted(user: UserId): Promise<MutableNotification[]>;
  mute(user: UserId, kinds: MutableNotification[]): Promise<void>;
}
