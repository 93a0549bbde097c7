// Webhooks over the real stores: from the bus to a receiver, past one that hangs, through the death of the sender.
import { createHmac, randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createVault } from '@verity/adapters/crypto/vault';
import { createLeases } from '@verity/adapters/redis/leases';
import { hmacBase64 } from '@verity/adapters/webhooks/hmac';
import { createWebhookWire } from '@verity/adapters/webhooks/wire';
import { newId } from '@verity/adapters/world';
import { newSecret } from '@verity/domain/applications/standard-webhooks';
import type { WebhookRecord } from '@verity/domain/applications/webhook-ports';
import type { ApplicationId, AuditRecordId, WebhookId } from '@verity/protocol/ids';
import { openWorld, until, type World } from '../../../../scripts/testing/socket-world';
import { startWebhooks } from './webhooks';

const seal = createVault('a7'.repeat(32));
const APPLICATION = newId<ApplicationId>();

interface Got {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

let world: World;
let receiver: Server;
let url: string;
let got: Got[] = [];
/** Status by path; `/hang` never answers. */
const answers = new Map<string, number>();
const paused: string[] = [];

beforeAll(async () => {
  world = await openWorld();
  receiver = createServer((request, response) => {
    const path = request.url ?? '';
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      got.push({ path, headers: request.headers, body });
      if (path !== '/hang') response.writeHead(answers.get(path) ?? 204).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
});
afterAll(async () => {
  receiver.closeAllConnections();
  receiver.close();
  await world.close();
});
beforeEach(() => {
  got = [];
});

const start = (timeoutMs = 1_000, chance = () => 0) =>
  startWebhooks({
    ...world.stores,
    bus: world.bus,
    sitesOf: async () => [],
    wire: createWebhookWire({ allowPrivate: true, timeoutMs }),
    seal,
    hmac: hmacBase64,
    chance,
    leases: createLeases(world.redis, newId),
    announcer: { announce: (_event, _rooms, payload) => void paused.push(JSON.stringify(payload)) },
    journal: { record: async () => undefined },
    clock: () => new Date(),
    newId,
    log: { error() {}, warn() {}, info() {}, debug() {} },
    retryHours: 24,
  });

async function webhook(path: string, changes: Partial<WebhookRecord> = {}) {
  const { sealedSecret, secret } = newSecret(randomBytes(32).toString('base64url'), seal);
  const record: WebhookRecord = {
    id: newId<WebhookId>(),
    applicationId: APPLICATION,
    url: url + path,
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
  await world.stores.webhooks.add(record);
  return { record, secret, remove: () => world.stores.webhooks.remove(record.id) };
}

async function terminated(times = 1): Promise<AuditRecordId[]> {
  const { session } = await world.signIn('user', {
    applicationId: APPLICATION,
    externalUserId: 'u-1',
  });
  const ids = Array.from({ length: times }, () => newId<AuditRecordId>());
  for (const id of ids) {
    await world.bus.publish('stream:forensics', {
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
}

const logged = (eventId: string) =>
  world.stores.deliveries
    .list({ applicationId: APPLICATION }, { limit: 200 })
    .then(({ items }) => items.find((each) => each.eventId === eventId));

describe('a webhook', () => {
  it('tells of an event once, signed as Standard Webhooks says', async () => {
    const { secret, remove } = await webhook('/well');
    const webhooks = start();
    const [id = ''] = await terminated();
    const first = await until(() => got[0], 'the delivery');
    const { headers, body } = first;
    expect(headers['webhook-id']).toBe(id);
    const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
    const content = `${headers['webhook-id'] as string}.${headers['webhook-timestamp'] as string}.${body}`;
    const expected = createHmac('sha256', key).update(content).digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${expected}`);
    expect(JSON.parse(body)).toMatchObject({
      type: 'session.terminated',
      data: { user_id: 'u-1', reason: 'Ended by the spec.' },
    });
    await until(async () => (await logged(id))?.status === 'delivered', 'the log');
    expect(got).toHaveLength(1);
    await webhooks.stop();
    await remove();
  });

  it('is signed with both secrets while they overlap', async () => {
    const old = newSecret(randomBytes(32).toString('base64url'), seal);
    const previous = { sealedSecret: old.sealedSecret, until: new Date(Date.now() + 60_000) };
    const { remove } = await webhook('/well', { previous });
    const webhooks = start();
    await terminated();
    const { headers } = await until(() => got[0], 'the delivery');
    expect(String(headers['webhook-signature']).split(' ')).toHaveLength(2);
    await webhooks.stop();
    await remove();
  });

  it('that hangs keeps no other one waiting', async () => {
    const hanging = await webhook('/hang');
    const well = await webhook('/well');
    const webhooks = start(20_000);
    await terminated(20);
    await until(() => got.filter(({ path }) => path === '/well').length === 20, 'all of the other');
    expect(got.filter(({ path }) => path === '/hang').length).toBeLessThanOrEqual(4);
    const stopping = webhooks.stop();
    receiver.closeAllConnections();
    await stopping;
    await Promise.all([hanging.remove(), well.remove()]);
  });

  it('that fails is tried again with the same id, and its attempts are kept', async () => {
    answers.set('/flaky', 500);
    const { remove } = await webhook('/flaky');
    const webhooks = start();
    const [id = ''] = await terminated();
    await until(async () => (await logged(id))?.attemptCount === 1, 'the first attempt');
    const delivery = await logged(id);
    expect(delivery).toMatchObject({ status: 'pending' });
    expect(delivery?.attempts[0]).toMatchObject({ status: 500, error: 'answered 500' });
    answers.set('/flaky', 204);
    await until(async () => (await logged(id))?.status === 'delivered', 'the retry', 15_000);
    expect(new Set(got.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    await webhooks.stop();
    await remove();
  }, 30_000);

  it('that answers 410 is paused, and admins are told', async () => {
    answers.set('/gone', 410);
    const { record, remove } = await webhook('/gone');
    const webhooks = start();
    await terminated();
    const stopped = await until(async () => {
      const found = await world.stores.webhooks.byId(record.id);
      return found?.pausedAt ? found : null;
    }, 'the pause');
    expect(stopped.pausedReason).toContain('410');
    expect(paused.at(-1)).toContain('A webhook was paused');
    await webhooks.stop();
    await remove();
  });

  it('loses nothing when its sender goes away, and sends nothing twice for a message read twice', async () => {
    const { remove } = await webhook('/after');
    const first = start();
    await first.stop();
    const ids = await terminated(5);
    const again = ids[0] as AuditRecordId;
    const { session } = await world.signIn('user', { applicationId: APPLICATION });
    await world.bus.publish('stream:forensics', {
      id: again,
      at: new Date().toISOString(),
      actor: 'system:spec',
      action: 'session.terminated',
      subject: `session:${session.id}`,
      outcome: 'success',
      address: null,
      details: {},
    });
    const second = start();
    const told = () => got.filter(({ path }) => path === '/after');
    await until(() => told().length >= 5, 'what came meanwhile');
    await second.stop();
    expect(told().map(({ headers }) => headers['webhook-id'])).toHaveLength(5);
    expect(new Set(told().map(({ headers }) => headers['webhook-id']))).toEqual(new Set(ids));
    await remove();
  });
});
