// The sender of webhooks is killed in the middle of its work, again and again: nothing is lost, and an id stays its own.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundle } from '../../../../scripts/bundle.mjs';
import { openWorld, until, type World } from '../../../../scripts/testing/socket-world';
import { applicationIn, openReceiver, type Receiver } from './spec-webhooks';

const EVENTS = 120;
const KILLS = 6;

let world: World;
let receiver: Receiver;
let sender: ChildProcess | undefined;
const { webhook, terminated, applicationId } = applicationIn(() => world);

beforeAll(async () => {
  world = await openWorld();
  // Slow enough that a kill meets deliveries that were sent and not yet noted.
  receiver = await openReceiver({ delayMs: 30 });
});
afterAll(async () => {
  sender?.kill('SIGKILL');
  receiver.close();
  await world.close();
});

it('delivers each event at least once, with one id and one body, however often its sender is killed', async () => {
  await webhook(`${receiver.url}/kept`);
  const program = await bundle('scripts/testing/webhook-process.ts');
  const start = async (): Promise<ChildProcess> => {
    const child = fork(program, { env: { ...process.env, WORLD: world.name } });
    await once(child, 'message');
    return child;
  };
  const ids = await terminated(EVENTS);
  sender = await start();
  for (let kill = 1; kill <= KILLS; kill++) {
    const share = Math.floor((EVENTS * kill) / (KILLS + 1));
    await until(() => receiver.got.length >= share, `${share} deliveries`, 30_000);
    sender.kill('SIGKILL');
    await once(sender, 'exit');
    sender = await start();
  }
  const told = () => new Set(receiver.got.map(({ headers }) => headers['webhook-id']));
  await until(() => told().size === EVENTS, 'every event', 60_000);
  expect(told()).toEqual(new Set(ids));
  // What the kills cut off is sent again: more than once, and each time the same.
  const bodies = new Map<unknown, Set<string>>();
  for (const { headers, body } of receiver.got) {
    const id = headers['webhook-id'];
    bodies.set(id, (bodies.get(id) ?? new Set()).add(body));
  }
  expect([...bodies.values()].every(({ size }) => size === 1)).toBe(true);
  expect(receiver.got.length).toBeLessThanOrEqual(EVENTS + KILLS * 4);
  const pending = () =>
    world.stores.deliveries.list({ applicationId, status: 'pending' }, { limit: 1 });
  await until(async () => (await pending()).total === 0, 'the log');
}, 180_000);
