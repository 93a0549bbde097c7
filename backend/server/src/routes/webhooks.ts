// Handlers for webhooks and the log of their deliveries.
import { Fault } from '@verity/protocol/faults';
import type { webhookRoutes } from '@verity/protocol/applications/webhook-routes';
import type { Delivery, DeliveryDetail, Webhook } from '@verity/protocol/applications/webhooks';
import type { Action } from '@verity/protocol/audit/schemas';
import type { ApplicationId, DeliveryId, WebhookId } from '@verity/protocol/ids';
import type { Applications } from '@verity/domain/applications/ports';
import { newSecret, type Seal } from '@verity/domain/applications/standard-webhooks';
import type {
  Deliveries,
  DeliveryRecord,
  WebhookRecord,
  Webhooks,
  WebhookWire,
} from '@verity/domain/applications/webhook-ports';
import type { Journal } from '@verity/domain/audit/ports';
import type { Clock, NewId } from '@verity/domain/kernel/ports';
import { actorOf, type Call, type Caller, type Handlers } from '../http/handler';
import { presentPage } from './present';

/** Webhooks of one application. */
const MOST = 10;

export interface WebhookPorts {
  applications: Pick<Applications, 'byId'>;
  webhooks: Webhooks;
  deliveries: Pick<Deliveries, 'add' | 'byId' | 'again' | 'resume' | 'list' | 'removeOfWebhook'>;
  wire: Pick<WebhookWire, 'check'>;
  seal: Seal;
  /** 32 random bytes in base64url. */
  random: () => string;
  journal: Journal;
  clock: Clock;
  newId: NewId;
}

const instant = (at: Date | null): string | null => at?.toISOString() ?? null;

function presentWebhook(webhook: WebhookRecord, now: Date): Webhook {
  const { previous } = webhook;
  return {
    id: webhook.id,
    application_id: webhook.applicationId,
    url: webhook.url,
    events: webhook.events,
    status: webhook.pausedAt ? 'paused' : 'active',
    paused_reason: webhook.pausedReason,
    failures_in_a_row: webhook.failuresInARow,
    created_at: webhook.createdAt.toISOString(),
    last_delivered_at: instant(webhook.lastDeliveredAt),
    previous_secret_until: previous && previous.until > now ? previous.until.toISOString() : null,
  };
}

const presentDelivery = (delivery: DeliveryRecord): Delivery => ({
  id: delivery.id,
  webhook_id: delivery.webhookId,
  event_id: delivery.eventId,
  kind: delivery.kind,
  status: delivery.status,
  attempt_count: delivery.attemptCount,
  next_attempt_at: instant(delivery.nextAttemptAt),
  created_at: delivery.createdAt.toISOString(),
  delivered_at: instant(delivery.deliveredAt),
});

export function webhookHandlers(ports: WebhookPorts): Pick<Handlers, keyof typeof webhookRoutes> {
  const { webhooks, deliveries } = ports;

  const record = (
    { caller, address }: Call,
    action: Action,
    { id, applicationId, url, events }: WebhookRecord,
    details: Record<string, unknown> = {},
  ) =>
    ports.journal.record({
      actor: actorOf(caller),
      action,
      subject: `webhook:${id}`,
      outcome: 'success',
      address,
      details: { application: `application:${applicationId}`, url, events, ...details },
    });

  /** Throws `not-found` for an application that is not there, or not the caller's own. */
  const mayManage = async (caller: Caller, id: ApplicationId): Promise<void> => {
    const foreign = caller.kind === 'api_key' && caller.applicationId !== id;
    if (!foreign && (await ports.applications.byId(id))) return;
    throw new Fault('not-found', 'There is no such application.', {
      fix: 'GET /api/v1/applications lists them.',
    });
  };

  const webhookOf = async (
    caller: Caller,
    params: { id: ApplicationId; webhook: WebhookId },
  ): Promise<WebhookRecord> => {
    await mayManage(caller, params.id);
    return mine(await webhooks.byId(params.webhook), params.id, 'webhook');
  };

  const deliveryOf = async (
    caller: Caller,
    params: { id: ApplicationId; delivery: DeliveryId },
  ): Promise<DeliveryRecord> => {
    await mayManage(caller, params.id);
    return mine(await deliveries.byId(params.delivery), params.id, 'delivery');
  };

  const present = (webhook: WebhookRecord): Webhook => presentWebhook(webhook, ports.clock());

  return {
    async 'GET /api/v1/applications/:id/webhooks'({ params }, { caller }) {
      await mayManage(caller, params.id);
      return { items: (await webhooks.ofApplication(params.id)).map(present) };
    },

    async 'POST /api/v1/applications/:id/webhooks'({ params, body }, call) {
      await mayManage(call.caller, params.id);
      const there = await webhooks.ofApplication(params.id);
      if (there.length >= MOST) {
        throw new Fault('conflict', `An application has ${MOST} webhooks at most.`, {
          fix: 'Remove one first.',
        });
      }
      await ports.wire.check(body.url);
      const { sealedSecret, secret } = newSecret(ports.random(), ports.seal);
      const webhook: WebhookRecord = {
        ...body,
        id: ports.newId<WebhookId>(),
        applicationId: params.id,
        sealedSecret,
        previous: null,
        pausedAt: null,
        pausedReason: null,
        failuresInARow: 0,
        failingSince: null,
        lastDeliveredAt: null,
        createdAt: ports.clock(),
      };
      await webhooks.add(webhook);
      await record(call, 'webhook.created', webhook);
      return { webhook: present(webhook), secret };
    },

    async 'PATCH /api/v1/applications/:id/webhooks/:webhook'({ params, body }, call) {
      const before = await webhookOf(call.caller, params);
      if (body.url !== undefined) await ports.wire.check(body.url);
      const { status, ...changes } = body;
      const active = { pausedAt: null, pausedReason: null, failuresInARow: 0, failingSince: null };
      const paused = { pausedAt: ports.clock(), pausedReason: 'Paused by hand.' };
      const switched = status === undefined ? {} : status === 'active' ? active : paused;
      const changed = await webhooks.change(before.id, { ...changes, ...switched });
      const after = mine(changed, params.id, 'webhook');
      // What waited is given its whole time again: the hours of the pause are not held against it.
      if (status === 'active' && before.pausedAt) {
        await deliveries.resume(before.id, ports.clock());
      }
      await record(call, 'webhook.changed', after, status === undefined ? {} : { status });
      return present(after);
    },

    async 'DELETE /api/v1/applications/:id/webhooks/:webhook'({ params }, call) {
      const webhook = await webhookOf(call.caller, params);
      await webhooks.remove(webhook.id);
      await deliveries.removeOfWebhook(webhook.id);
      await record(call, 'webhook.removed', webhook);
      return { done: true };
    },

    async 'POST /api/v1/applications/:id/webhooks/:webhook/secret'({ params, body }, call) {
      const before = await webhookOf(call.caller, params);
      const { sealedSecret, secret } = newSecret(ports.random(), ports.seal);
      const until = new Date(ports.clock().getTime() + body.overlap_minutes * 60_000);
      const previous = { sealedSecret: before.sealedSecret, until };
      const changed = await webhooks.change(before.id, { sealedSecret, previous });
      const after = mine(changed, params.id, 'webhook');
      await record(call, 'webhook.changed', after, { secret: 'rotated' });
      return { webhook: present(after), secret };
    },

    async 'POST /api/v1/applications/:id/webhooks/:webhook/test'({ params }, call) {
      const webhook = await webhookOf(call.caller, params);
      const id = ports.newId<DeliveryId>();
      const now = ports.clock();
      const told = { webhook_id: webhook.id, message: 'This is a test.' };
      const delivery: DeliveryRecord = {
        id,
        webhookId: webhook.id,
        applicationId: params.id,
        eventId: id,
        kind: 'webhook.test',
        body: JSON.stringify({ type: 'webhook.test', timestamp: now.toISOString(), data: told }),
        status: 'pending',
        attempts: [],
        attemptCount: 0,
        nextAttemptAt: now,
        dueSince: now,
        createdAt: now,
        deliveredAt: null,
      };
      await deliveries.add([delivery]);
      return presentDelivery(delivery);
    },

    async 'GET /api/v1/applications/:id/deliveries'({ params, query }, { caller }) {
      await mayManage(caller, params.id);
      const { cursor, limit, webhook_id: webhookId, status, kind } = query;
      const filter = { applicationId: params.id, webhookId, status, kind };
      return presentPage(await deliveries.list(filter, { cursor, limit }), presentDelivery);
    },

    async 'GET /api/v1/applications/:id/deliveries/:delivery'({ params }, { caller }) {
      const delivery = await deliveryOf(caller, params);
      const webhook = await webhooks.byId(delivery.webhookId);
      const detail: DeliveryDetail = {
        ...presentDelivery(delivery),
        url: webhook?.url ?? '',
        body: delivery.body,
        attempts: delivery.attempts.map(({ at, durationMs, ...rest }) => ({
          ...rest,
          at: at.toISOString(),
          duration_ms: durationMs,
        })),
      };
      return detail;
    },

    async 'POST /api/v1/applications/:id/deliveries/:delivery/redeliver'({ params }, { caller }) {
      const delivery = await deliveryOf(caller, params);
      const again = await deliveries.again(delivery.id, ports.clock());
      return presentDelivery(mine(again, params.id, 'delivery'));
    },
  };
}

function mine<T extends { applicationId: ApplicationId }>(
  found: T | null,
  application: ApplicationId,
  what: string,
): T {
  if (found?.applicationId === application) return found;
  throw new Fault('not-found', `This application has no such ${what}.`);
}
