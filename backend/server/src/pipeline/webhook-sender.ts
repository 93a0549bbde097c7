// Sends what is due: under a lease, a few at a time to each webhook, so that one that hangs keeps nobody else waiting.
import { isGivenUp, nextAttempt } from '@verity/domain/applications/retry';
import {
  secretsInForce,
  signWebhook,
  type HmacBase64,
  type Seal,
} from '@verity/domain/applications/standard-webhooks';
import type {
  Deliveries,
  DeliveryRecord,
  WebhookRecord,
  Webhooks,
  WebhookWire,
} from '@verity/domain/applications/webhook-ports';
import type { Journal } from '@verity/domain/audit/ports';
import type { Clock } from '@verity/domain/kernel/ports';
import { ROOM_ADMIN, type Announcer } from '@verity/domain/realtime/ports';
import type { DeliveryId, WebhookId } from '@verity/protocol/ids';
import type { Leases, Log } from './ports';

const LEASE_MS = 10_000;
/** One tenure: after it another process may take over. */
const TENURE_MS = 60_000;
const LOOK_EVERY_MS = 1_000;
/** Requests under way: to one webhook, to one that failed last, and in all. */
const AT_ONCE = { webhook: 4, failing: 1, all: 64 };

export interface SenderNeeds {
  webhooks: Pick<Webhooks, 'byId' | 'noteOutcome' | 'pause'>;
  deliveries: Pick<Deliveries, 'webhooksDue' | 'due' | 'noteAttempt'>;
  wire: Pick<WebhookWire, 'post'>;
  seal: Seal;
  hmac: HmacBase64;
  /** In [0, 1). */
  chance: () => number;
  leases: Leases;
  announcer: Pick<Announcer, 'announce'>;
  journal: Journal;
  clock: Clock;
  log: Log;
  /** Hours after which a delivery that keeps failing is given up. */
  retryHours: number;
  /** After so long without a sign of life another process takes over; ten seconds when left out. */
  leaseMs?: number;
}

export interface WebhookSender {
  /** Something is due now: it need not wait for the next look. */
  wake: () => void;
  /** Finishes what is under way. */
  stop(): Promise<void>;
}

export function startWebhookSender(needs: SenderNeeds): WebhookSender {
  let stopped = false;
  let woken = false;
  let wakeUp: () => void = () => undefined;
  const underWay = new Map<DeliveryId, Promise<void>>();
  const busy = new Map<WebhookId, number>();

  const rest = (): Promise<void> =>
    new Promise((resolve) => {
      if (woken || stopped) {
        woken = false;
        return resolve();
      }
      const timer = setTimeout(resolve, LOOK_EVERY_MS);
      wakeUp = () => {
        clearTimeout(timer);
        woken = false;
        resolve();
      };
    });

  const launch = (webhook: WebhookRecord, delivery: DeliveryRecord): void => {
    busy.set(webhook.id, (busy.get(webhook.id) ?? 0) + 1);
    const sending = deliver(needs, webhook, delivery)
      .catch((err: unknown) => {
        needs.log.warn({ delivery: delivery.id, err }, 'a webhook is sent again: it was not noted');
      })
      .finally(() => {
        underWay.delete(delivery.id);
        const left = (busy.get(webhook.id) ?? 1) - 1;
        if (left > 0) busy.set(webhook.id, left);
        else busy.delete(webhook.id);
        wake();
      });
    underWay.set(delivery.id, sending);
  };

  const look = async (): Promise<void> => {
    const now = needs.clock();
    for (const id of await needs.deliveries.webhooksDue(now)) {
      const webhook = await needs.webhooks.byId(id);
      if (stopped) return;
      if (!webhook || webhook.pausedAt) continue;
      const mine = busy.get(id) ?? 0;
      const bound = webhook.failuresInARow > 0 ? AT_ONCE.failing : AT_ONCE.webhook;
      const free = Math.min(bound - mine, AT_ONCE.all - underWay.size);
      if (free <= 0) continue;
      const due = await needs.deliveries.due(id, now, free + mine);
      if (stopped) return;
      for (const delivery of due.filter((each) => !underWay.has(each.id)).slice(0, free)) {
        launch(webhook, delivery);
      }
    }
  };

  const tenure = async (): Promise<void> => {
    const until = performance.now() + TENURE_MS;
    while (!stopped && performance.now() < until) {
      await look();
      await rest();
    }
    await Promise.all(underWay.values());
  };

  const run = async (): Promise<void> => {
    while (!stopped) {
      try {
        await needs.leases.hold('webhooks', needs.leaseMs ?? LEASE_MS, tenure);
      } catch (err) {
        await Promise.all(underWay.values());
        needs.log.warn({ err }, 'webhooks could not be sent; they are tried again');
      }
      await rest();
    }
  };

  function wake(): void {
    woken = true;
    wakeUp();
  }

  const running = run();
  return {
    wake,
    async stop() {
      stopped = true;
      wake();
      await running;
    },
  };
}

async function deliver(
  needs: SenderNeeds,
  webhook: WebhookRecord,
  delivery: DeliveryRecord,
): Promise<void> {
  const at = needs.clock();
  const { body, eventId } = delivery;
  const keys = secretsInForce(webhook, needs.seal, at);
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'Verity-Webhooks/1',
    ...signWebhook({ id: eventId, at, body }, keys, needs.hmac),
  };
  const result = await needs.wire.post(webhook.url, headers, body);
  const now = needs.clock();
  const delivered = result.error === null;
  const attempts = delivery.attemptCount + 1;
  const next = delivered
    ? null
    : nextAttempt(attempts, delivery.dueSince, now, needs.retryHours, needs.chance());
  const status = delivered ? 'delivered' : next ? 'pending' : 'failed';
  await needs.deliveries.noteAttempt(
    delivery.id,
    { ...result, at },
    { status, nextAttemptAt: next },
  );
  const after = await needs.webhooks.noteOutcome(webhook.id, delivered, now);
  if (!after || delivered) return;
  // 410 Gone is how a receiver says that it wants nothing more.
  if (result.status === 410) await pause(needs, after, 'It answered 410: it is gone.');
  else if (isGivenUp(after, now)) {
    await pause(needs, after, `It failed ${after.failuresInARow} times in a row: ${result.error}.`);
  }
}

async function pause(needs: SenderNeeds, webhook: WebhookRecord, why: string): Promise<void> {
  const at = needs.clock();
  if (!(await needs.webhooks.pause(webhook.id, why, at))) return;
  needs.announcer.announce('admin_notification', [ROOM_ADMIN], {
    kind: 'system',
    title: `A webhook was paused: ${new URL(webhook.url).host}`,
    body: `${why} What happens meanwhile is kept and sent when you resume it.`,
    link: `/applications/${webhook.applicationId}`,
    at: at.toISOString(),
  });
  await needs.journal.record({
    actor: 'system:webhooks',
    action: 'webhook.paused',
    subject: `webhook:${webhook.id}`,
    outcome: 'success',
    address: null,
    details: { application: `application:${webhook.applicationId}`, reason: why },
  });
}
