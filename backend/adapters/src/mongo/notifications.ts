// Notifications of people, in MongoDB.
import type { Connection } from 'mongoose';
import type { NotificationId, UserId } from '@verity/protocol/ids';
import {
  MUTABLE_NOTIFICATIONS,
  Notification,
  type MutableNotification,
} from '@verity/protocol/identity/schemas';
import type { NotificationRecord, Notifications } from '@verity/domain/identity/ports';
import { mapPage, pageOf, type PageRequest } from './paging';
import { daysAfter } from './retention';
import { declareCollection, EXPIRES, op, Store, toStored, type Stored } from './store';

type NotificationDocument = Stored<NotificationRecord> & { expireAt: Date };

export const notifications = declareCollection(
  'notifications',
  {
    _id: String,
    userId: { type: String, required: true },
    kind: { type: String, enum: Notification.shape.kind.options, required: true },
    title: { type: String, required: true },
    body: String,
    link: String,
    session_id: String,
    acr_values: String,
    createdAt: { type: Date, required: true },
    readAt: Date,
    expireAt: { type: Date, required: true },
  },
  [
    [{ userId: 1, createdAt: -1, _id: -1 }],
    [{ userId: 1, readAt: 1 }, { partialFilterExpression: { readAt: null } }],
    EXPIRES,
  ],
);

/** By person; whoever never chose has none. */
export const notificationPreferences = declareCollection(
  'notification_preferences',
  { _id: String, muted: [{ type: String, enum: MUTABLE_NOTIFICATIONS }] },
  [],
);

interface PreferencesDocument {
  _id: UserId;
  muted: MutableNotification[];
}

function toRecord({ _id, expireAt: _, ...rest }: NotificationDocument): NotificationRecord {
  return { id: _id, ...rest };
}

export class MongoNotifications implements Notifications {
  readonly #store: Store<NotificationDocument>;
  readonly #preferences: Store<PreferencesDocument>;

  constructor(
    connection: Connection,
    private readonly days: number,
  ) {
    this.#store = new Store(connection, notifications);
    this.#preferences = new Store(connection, notificationPreferences);
  }

  async add(notification: NotificationRecord) {
    const expireAt = daysAfter(notification.createdAt, this.days);
    await this.#store.insertMissing([{ ...toStored(notification), expireAt }]);
  }

  async list(user: UserId, { unread }: { unread?: boolean }, request: PageRequest) {
    const read = unread === undefined ? {} : { readAt: unread ? null : op({ $ne: null }) };
    const order = { field: 'createdAt', direction: -1 } as const;
    return mapPage(await pageOf(this.#store, { userId: user, ...read }, order, request), toRecord);
  }

  async markRead(user: UserId, ids: NotificationId[] | undefined, at: Date) {
    const which = ids ? { _id: op({ $in: ids }) } : {};
    await this.#store.changeAll({ userId: user, readAt: null, ...which }, { $set: { readAt: at } });
  }

  removeBefore(at: Date) {
    return this.#store.removeAll({ createdAt: op({ $lt: at }) });
  }

  unread(user: UserId) {
    return this.#store.count({ userId: user, readAt: null });
  }

  async muted(user: UserId) {
    return (await this.#preferences.one({ _id: user }))?.muted ?? [];
  }

  async mute(user: UserId, kinds: MutableNotification[]) {
    await this.#preferences.changeOrMake({ _id: user }, { $set: { muted: kinds } });
  }
}
