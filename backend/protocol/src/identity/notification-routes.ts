// HTTP routes of notifications: what a person was told, and which kinds of it may stay quiet.
import { z } from 'zod';
import { NotificationId } from '../ids';
import { PageQuery, page } from '../page';
import { routes } from '../route';
import { MutableNotification, Notification, ROLES } from './schemas';

const self = { roles: ROLES } as const;
const quiet = z.object({ muted: z.array(MutableNotification) });

export const notificationRoutes = routes({
  'GET /api/v1/me/notifications': {
    summary: 'The own notifications, newest first',
    subject: 'identity',
    who: self,
    sensitivity: 'low',
    whileStepUp: true,
    query: z.strictObject({ ...PageQuery, unread: z.enum(['true', 'false']).optional() }),
    reply: page(Notification).extend({ unread: z.number().int() }),
  },
  'POST /api/v1/me/notifications/read': {
    summary: 'Mark notifications as read; without ids, all of them',
    subject: 'identity',
    who: self,
    sensitivity: 'low',
    whileStepUp: true,
    body: z.strictObject({ ids: z.array(NotificationId).max(200).optional() }),
    reply: z.object({ unread: z.number().int() }),
  },
  'GET /api/v1/me/notifications/preferences': {
    summary: 'The kinds that stay quiet: kept in the list as read, neither counted nor shown live',
    subject: 'identity',
    who: self,
    sensitivity: 'low',
    reply: quiet,
  },
  'PUT /api/v1/me/notifications/preferences': {
    summary:
      'Say which kinds stay quiet from now on; those that tell of a danger to the account cannot',
    subject: 'identity',
    who: self,
    sensitivity: 'low',
    body: z.strictObject({
      muted: z
        .array(MutableNotification)
        .refine((all) => new Set(all).size === all.length, 'names one kind twice'),
    }),
    reply: quiet,
  },
});
