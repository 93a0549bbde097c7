// Handlers of notifications: what the caller was told, what of it is read, and which kinds stay quiet.
import type { notificationRoutes } from '@verity/protocol/identity/notification-routes';
import type { Notifications } from '@verity/domain/identity/ports';
import type { Clock } from '@verity/domain/kernel/ports';
import type { Handlers } from '../http/handler';
import { presentNotification, presentPage } from './present';

export interface NotificationPorts {
  notifications: Notifications;
  clock: Clock;
}

export function notificationHandlers({
  notifications,
  clock,
}: NotificationPorts): Handlers<keyof typeof notificationRoutes> {
  return {
    async 'GET /api/v1/me/notifications'({ query }, { caller }) {
      const { userId } = caller.rights;
      const { unread, ...page } = query;
      const filter = unread === undefined ? {} : { unread: unread === 'true' };
      const [found, count] = await Promise.all([
        notifications.list(userId, filter, page),
        notifications.unread(userId),
      ]);
      return { ...presentPage(found, presentNotification), unread: count };
    },

    async 'POST /api/v1/me/notifications/read'({ body }, { caller }) {
      const { userId } = caller.rights;
      await notifications.markRead(userId, body.ids, clock());
      return { unread: await notifications.unread(userId) };
    },

    async 'GET /api/v1/me/notifications/preferences'(_input, { caller }) {
      return { muted: await notifications.muted(caller.rights.userId) };
    },

    async 'PUT /api/v1/me/notifications/preferences'({ body }, { caller }) {
      await notifications.mute(caller.rights.userId, body.muted);
      return { muted: body.muted };
    },
  };
}
