// Webhooks over the real stores: from the bus to a receiver, past one that hangs or is paused.
import { createHmac, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createWebhookWire } from '@verity/adapters/webhooks/wire';
import { newSecret } from '@verity/domain/applications/standard-webhooks';
import type { AuditRecordId } from '@verity/protocol/ids';
import { openWorld, until, type World } from '../../../../scripts/testing/socket-world';
import { applicationIn, openReceiver, seal, startIn, type Receiver } from './spec-webhooks';

let world: World;
let receiver: Receiver;
let url: string;
const patient = createWebhookWire({ allowPrivate: true, timeoutMs: 20_000 });
const { webhook, terminated, logged } = applicationIn(() => world);

beforeAll(async () => {
  world = await openWorld();
  receiver = await openReceiver();
  url = receiver.url;
});
afterAll(async () => {
  receiver.close();
  await world.close();
});
beforeEach(() => {
  receiver.got.length = 0;
});

describe('a webhook', () => {
  it('tells of an event once, signed as Standard Webhooks says', async () => {
    const { secret, remove } = await webhook(url + '/well');
    const webhooks = startIn(world);
    const [id = ''] = await terminated();
    const first = await until(() => receiver.got[0], 'the delivery');
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
    expect(receiver.got).toHaveLength(1);
    await webhooks.stop();
    await remove();
  });

  it('is signed with both secrets while they overlap', async () => {
    const old = newSecret(randomBytes(32).toString('base64url'), seal);
    const previous = { sealedSecret: old.sealedSecret, until: new Date(Date.now() + 60_000) };
    const { remove } = await webhook(url + '/well', { previous });
    const webhooks = startIn(world);
    await terminated();
    const { headers } = await until(() => receiver.got[0], 'the delivery');
    expect(String(headers['webhook-signature']).split(' ')).toHaveLength(2);
    await webhooks.stop();
    await remove();
  });

  it('that hangs keeps no other one waiting', async () => {
    const hanging = await webhook(url + '/hang');
    const well = await webhook(url + '/well');
    const webhooks = startIn(world, { wire: patient });
    await terminated(20);
    await until(
      () => receiver.got.filter(({ path }) => path === '/well').length === 20,
      'all of the other',
    );
    expect(receiver.got.filter(({ path }) => path === '/hang').length).toBeLessThanOrEqual(4);
    const stopping = webhooks.stop();
    receiver.cut();
    await stopping;
    await Promise.all([hanging.remove(), well.remove()]);
  });

  it('that fails is tried again with the same id, and its attempts are kept', async () => {
    receiver.answers.set('/flaky', 500);
    const { remove } = await webhook(url + '/flaky');
    const webhooks = startIn(world);
    const [id = ''] = await terminated();
    await until(async () => (await logged(id))?.attemptCount === 1, 'the first attempt');
    const delivery = await logged(id);
    expect(delivery).toMatchObject({ status: 'pending' });
    expect(delivery?.attempts[0]).toMatchObject({ status: 500, error: 'answered 500' });
    receiver.answers.set('/flaky', 204);
    await until(async () => (await logged(id))?.status === 'delivered', 'the retry', 15_000);
    expect(new Set(receiver.got.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    await webhooks.stop();
    await remove();
  }, 30_000);

  it('that is paused keeps what happens meanwhile, and gives it its whole time when it goes on', async () => {
    const longAgo = new Date(Date.now() - 48 * 3_600_000);
    const { record, remove } = await webhook(url + '/paused', {
      pausedAt: longAgo,
      createdAt: longAgo,
    });
    const webhooks = startIn(world);
    const [id = ''] = await terminated();
    const waiting = await until(() => logged(id), 'the delivery on its list');
    expect(waiting).toMatchObject({ status: 'pending', attemptCount: 0 });
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(receiver.got).toEqual([]);
    receiver.answers.set('/paused', 500);
    const { webhooks: kept, deliveries } = world.stores;
    const resumed = new Date(Date.now() + 25 * 3_600_000);
    await kept.change(record.id, { pausedAt: null, pausedReason: null });
    await deliveries.resume(record.id, resumed);
    expect(await logged(id)).toMatchObject({ dueSince: resumed, nextAttemptAt: resumed });
    await deliveries.resume(record.id, new Date());
    await until(async () => (await logged(id))?.attemptCount === 1, 'the first attempt');
    expect(await logged(id)).toMatchObject({ status: 'pending' });
    receiver.answers.set('/paused', 204);
    await until(async () => (await logged(id))?.status === 'delivered', 'the retry', 15_000);
    expect(new Set(receiver.got.map(({ headers }) => headers['webhook-id']))).toEqual(
      new Set([id]),
    );
    await webhooks.stop();
    await remove();
  }, 30_000);

  it('that answers 410 is paused, and admins are told', async () => {
    receiver.answers.set('/gone', 410);
    const { record, remove } = await webhook(url + '/gone');
    const announced: string[] = [];
    const webhooks = startIn(world, {
      announcer: {
        announce: (_event, _rooms, payload) => void announced.push(JSON.stringify(payload)),
      },
    });
    await terminated();
    const stopped = await until(async () => {
      const found = await world.stores.webhooks.byId(record.id);
      return found?.pausedAt ? found : null;
    }, 'the pause');
    expect(stopped.pausedReason).toContain('410');
    expect(announced.at(-1)).toContain('A webhook was paused');
    await webhooks.stop();
    await remove();
  });

  it('loses nothing when its sender goes away, and sends nothing twice for a message read twice', async () => {
    const { remove } = await webhook(url + '/after');
    const first = startIn(world);
    await first.stop();
    const ids = await terminated(5);
    const again = ids[0] as AuditRecordId;
    await terminated(1, [again]);
    const second = startIn(world);
    const told = () => receiver.got.filter(({ path }) => path === '/after');
    await until(() => told().length >= 5, 'what came meanwhile');
    await second.stop();
    expect(told().map(({ headers }) => headers['webhook-id'])).toHaveLength(5);
    expect(new Set(told().map(({ headers }) => headers['webhook-id']))).toEqual(new Set(ids));
    await remove();
  });
});
