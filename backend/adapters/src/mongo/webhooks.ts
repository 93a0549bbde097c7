// Webhooks and their deliveries, in MongoDB: what is written here survives whatever sends it.
import type { Connection } from 'mongoose';
import type { ApplicationId, DeliveryId, WebhookId } from '@verity/protocol/ids';
import {
  DeliveryKind,
  DeliveryStatus,
  WEBHOOK_EVENTS,
  type WebhookEventKind,
} from '@verity/protocol/applications/webhooks';
import type {
  AttemptRecord,
  Deliveries,
  DeliveryFilter,
  DeliveryRecord,
  WebhookRecord,
  Webhooks,
} from '@verity/domain/applications/webhook-ports';
import { mapPage, pageOf, type PageRequest } from './paging';
import { daysAfter } from './retention';
import {
  declareCollection,
  EXPIRES,
  fromStored,
  op,
  part,
  Store,
  toStored,
  type Filter,
  type Stored,
} from './store';

const ATTEMPTS_KEPT = 20;

type WebhookDocument = Stored<WebhookRecord>;

export const webhooks = declareCollection(
  'webhooks',
  {
    _id: String,
    applicationId: { type: String, required: true },
    url: { type: String, required: true },
    events: { type: [{ type: String, enum: WEBHOOK_EVENTS }], required: true },
    sealedSecret: { type: String, required: true },
    previous: part({ sealedSecret: String, until: Date }),
    pausedAt: Date,
    pausedReason: String,
    failuresInARow: { type: Number, required: true },
    failingSince: Date,
    lastDeliveredAt: Date,
    createdAt: { type: Date, required: true },
  },
  [[{ applicationId: 1, createdAt: 1 }], [{ events: 1, applicationId: 1 }]],
);

export class MongoWebhooks implements Webhooks {
  readonly #store: Store<WebhookDocument>;

  constructor(connection: Connection) {
    this.#store = new Store(connection, webhooks);
  }

  async add(webhook: WebhookRecord) {
    await this.#store.insert(toStored(webhook));
  }

  async byId(id: WebhookId) {
    const found = await this.#store.one({ _id: id });
    return found && toWebhook(found);
  }

  async ofApplication(application: ApplicationId) {
    const own = { applicationId: application };
    return (await this.#store.many(own, { createdAt: 1, _id: 1 })).map(toWebhook);
  }

  async wanting(kind: WebhookEventKind, application?: ApplicationId) {
    const wanted = { events: kind, ...(application ? { applicationId: application } : {}) };
    return (await this.#store.many(wanted, { _id: 1 })).map(toWebhook);
  }

  async change(id: WebhookId, changes: Parameters<Webhooks['change']>[1]) {
    const changed = await this.#store.change({ _id: id }, { $set: changes });
    return changed && toWebhook(changed);
  }

  async noteOutcome(id: WebhookId, delivered: boolean, at: Date) {
    if (delivered) {
      return this.change(id, { failuresInARow: 0, failingSince: null, lastDeliveredAt: at });
    }
    await this.#store.changed({ _id: id, failingSince: null }, { $set: { failingSince: at } });
    const changed = await this.#store.change({ _id: id }, { $inc: { failuresInARow: 1 } });
    return changed && toWebhook(changed);
  }

  pause(id: WebhookId, reason: string, at: Date) {
    return this.#store.changed(
      { _id: id, pausedAt: null },
      { $set: { pausedAt: at, pausedReason: reason } },
    );
  }

  remove(id: WebhookId) {
    return this.#store.removed({ _id: id });
  }

  async removeOfApplication(application: ApplicationId) {
    await this.#store.removeAll({ applicationId: application });
  }
}

const toWebhook = (document: WebhookDocument): WebhookRecord => fromStored(document);

type DeliveryDocument = Stored<DeliveryRecord> & { expireAt: Date };

export const deliveries = declareCollection(
  'webhook_deliveries',
  {
    _id: String,
    webhookId: { type: String, required: true },
    applicationId: { type: String, required: true },
    eventId: { type: String, required: true },
    kind: { type: String, enum: DeliveryKind.options, required: true },
    body: { type: String, required: true },
    status: { type: String, enum: DeliveryStatus.options, required: true },
    attempts: [
      part({ at: Date, durationMs: Number, status: Number, error: String, response: String }),
    ],
    attemptCount: { type: Number, required: true },
    nextAttemptAt: Date,
    dueSince: { type: Date, required: true },
    createdAt: { type: Date, required: true },
    deliveredAt: Date,
    expireAt: { type: Date, required: true },
  },
  [
    [{ webhookId: 1, eventId: 1 }, { unique: true }],
    [{ webhookId: 1, nextAttemptAt: 1 }, { partialFilterExpression: { status: 'pending' } }],
    [{ nextAttemptAt: 1 }, { partialFilterExpression: { status: 'pending' } }],
    [{ applicationId: 1, createdAt: -1, _id: -1 }],
    EXPIRES,
  ],
);

function toDelivery({ expireAt: _expireAt, ...document }: DeliveryDocument): DeliveryRecord {
  return fromStored<DeliveryRecord>(document);
}

export class MongoDeliveries implements Deliveries {
  readonly #store: Store<DeliveryDocument>;

  constructor(
    connection: Connection,
    private readonly days: number,
  ) {
    this.#store = new Store(connection, deliveries);
  }

  async add(records: DeliveryRecord[]) {
    await this.#store.insertMissing(
      records.map((record) => ({
        ...toStored(record),
        expireAt: daysAfter(record.createdAt, this.days),
      })),
    );
  }

  async byId(id: DeliveryId) {
    const found = await this.#store.one({ _id: id });
    return found && toDelivery(found);
  }

  async webhooksDue(now: Date) {
    const found = await this.#store.aggregate<{ _id: WebhookId }>([
      { $match: { status: 'pending', nextAttemptAt: { $lte: now } } },
      { $group: { _id: '$webhookId' } },
    ]);
    return found.map(({ _id }) => _id);
  }

  async due(webhook: WebhookId, now: Date, limit: number) {
    const wanted = { webhookId: webhook, status: 'pending', nextAttemptAt: op({ $lte: now }) };
    return (await this.#store.many(wanted, { nextAttemptAt: 1 }, limit)).map(toDelivery);
  }

  async noteAttempt(
    id: DeliveryId,
    attempt: AttemptRecord,
    { status, nextAttemptAt }: Parameters<Deliveries['noteAttempt']>[2],
  ) {
    const deliveredAt = status === 'delivered' ? { deliveredAt: attempt.at } : {};
    await this.#store.changed(
      { _id: id },
      {
        $set: { status, nextAttemptAt, ...deliveredAt },
        $inc: { attemptCount: 1 },
        $push: { attempts: { $each: [attempt], $slice: -ATTEMPTS_KEPT } },
      },
    );
  }

  async again(id: DeliveryId, at: Date) {
    const again = { status: 'pending', nextAttemptAt: at, dueSince: at };
    const changed = await this.#store.change({ _id: id }, { $set: again });
    return changed && toDelivery(changed);
  }

  async resume(webhook: WebhookId, at: Date) {
    await this.#store.changeAll(
      { webhookId: webhook, status: 'pending' },
      { $set: { nextAttemptAt: at, dueSince: at } },
    );
  }

  async list(filter: DeliveryFilter, request: PageRequest) {
    const wanted: Filter = Object.fromEntries(
      Object.entries(filter).filter(([, value]) => value !== undefined),
    );
    const order = { field: 'createdAt', direction: -1 } as const;
    return mapPage(await pageOf(this.#store, wanted, order, request), toDelivery);
  }

  async removeOfWebhook(webhook: WebhookId) {
    await this.#store.removeAll({ webhookId: webhook });
  }

  async removeOfApplication(application: ApplicationId) {
    await this.#store.removeAll({ applicationId: application });
  }
}
