// For specs of webhooks: a receiver that keeps what it got, and the sender over the stores of a world.
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createVault } from '@verity/adapters/crypto/vault';
import { createLeases } from '@verity/adapters/redis/leases';
import { hmacBase64 } from '@verity/adapters/webhooks/hmac';
import { createWebhookWire } from '@verity/adapters/webhooks/wire';
import { newId } from '@verity/adapters/world';
import { newSecret } from '@verity/domain/applications/standard-webhooks';
import type { WebhookRecord } from '@verity/domain/applications/webhook-ports';
import type { ApplicationId, AuditRecordId, WebhookId } from '@verity/protocol/ids';
import type { World } from '../../../../scripts/testing/socket-world';
import { startWebhooks, type WebhookNeeds } from './webhooks';

export const seal = createVault('a7'.repeat(32));

export interface Got {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export type Receiver = Awaited<ReturnType<typeof openReceiver>>;

/** Answers by path with the status in `answers`, else 204, after `delayMs`; `/hang` never answers. */
export async function openReceiver({ delayMs = 0 } = {}) {
  const got: Got[] = [];
  const answers = new Map<string, number>();
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      got.push({ path, headers: request.headers, body });
      const answer = (): void => void response.writeHead(answers.get(path) ?? 204).end();
      if (path !== '/hang') setTimeout(answer, delayMs);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    got,
    answers,
    /** Whoever waits for an answer gets none. */
    cut: () => server.closeAllConnections(),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The webhooks of one process. */
export const startIn = (world: World, changes: Partial<WebhookNeeds> = {}) =>
  startWebhooks({
    ...world.stores,
    bus: world.bus,
    sitesOf: async () => [],
    wire: createWebhookWire({ allowPrivate: true, timeoutMs: 1_000 }),
    seal,
    hmac: hmacBase64,
    chance: () => 0,
    leases: createLeases(world.redis, newId),
    announcer: { announce: () => undefined },
    journal: { record: async () => undefined },
    clock: () => new Date(),
    newId,
    log: { error() {}, warn() {}, info() {}, debug() {} },
    retryHours: 24,
    ...changes,
  });

/** An application with webhooks at a receiver, and things that happen to its sessions. */
export function applicationIn(world: () => World) {
  const applicationId = newId<ApplicationId>();
  return {
    applicationId,
    async webhook(url: string, changes: Partial<WebhookRecord> = {}) {
      const { stores } = world();
      const { sealedSecret, secret } = newSecret(randomBytes(32).toString('base64url'), seal);
      const record: WebhookRecord = {
        id: newId<WebhookId>(),
        applicationId,
        url,
        events: ['session.terminated', 'session.step_up', 'session.risk_band_changed'],
        sealedSecret,
        previous: null,
        pausedAt: null,
        pausedReason: null,
        failuresInARow: 0,
        failingSince: null,
        lastDeliveredAt: null,
        createdAt: new Date(Date.now() - 1_000),
        ...changes,
      };
      await stores.webhooks.add(record);
      return { record, secret, remove: () => stores.webhooks.remove(record.id) };
    },
    /** One session is ended so many times, or by these ids; answers the ids of the events. */
    async terminated(
      times = 1,
      ids = Array.from({ length: times }, () => newId<AuditRecordId>()),
    ): Promise<AuditRecordId[]> {
      const { session } = await world().signIn('user', { applicationId, externalUserId: 'u-1' });
      for (const id of ids) {
        await world().bus.publish('stream:forensics', {
          id,
          at: new Date().toISOString(),
          actor: 'system:spec',
          action: 'session.terminated',
          subject: `session:${session.id}`,
          outcome: 'success',
          address: null,
          details: { reason: 'Ended by the spec.' },
        });
      }
      return ids;
    },
    logged: async (eventId: string) =>
      (await world().stores.deliveries.list({ applicationId }, { limit: 200 })).items.find(
        (each) => each.eventId === eventId,
      ),
  };
}
