// What happens to jobs when parts go away: the broker for a while, a worker in the middle of its work.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import type { JobId } from '@verity/protocol/ids';
import { bringUp, type Stack } from '../../scripts/stack/bring-up';
import { rabbitmq } from '../../scripts/stack/rabbitmq';
import { defineTask } from './define-task';
import { openJobWorld, type JobWorld } from './spec-world';

const seen: number[] = [];
const tasks = [
  defineTask({
    name: 'note',
    queue: 'default',
    about: 'For specs.',
    payload: z.strictObject({ number: z.number().int() }),
    retry: { attempts: 3, firstDelayMs: 100 },
    timeoutSeconds: 30,
    handler: async ({ number }) => void seen.push(number),
  }),
];

let dataDir: string;
let stack: Stack;
let world: JobWorld;
beforeAll(async () => {
  // A broker of its own: it is killed.
  dataDir = mkdtempSync(join(tmpdir(), 'verity-jobs-'));
  stack = await bringUp({ dataDir, parts: [rabbitmq], env: {} });
  world = await openJobWorld(tasks, { leaseMs: 1_000, rabbitUrl: stack.env.RABBITMQ_URL });
}, 90_000);
afterAll(async () => {
  await world.close();
  await stack.stop();
  rmSync(dataDir, { recursive: true, force: true });
}, 30_000);

it('keeps what is enqueued while the broker is away, and sends it after, in order, none lost', async () => {
  const [part] = stack.parts;
  const ids: JobId[] = [];
  const add = async (number: number): Promise<void> => {
    ids.push(await world.enqueuer.enqueueUnchecked('note', { number }));
  };
  for (let number = 0; number < 20; number++) await add(number);
  part!.child!.kill();
  for (let number = 20; number < 60; number++) await add(number);
  expect(await world.outbox.size()).toBeGreaterThan(0);
  await part!.child!.untilReady();
  await expect.poll(() => world.broker.isUp(), { timeout: 20_000 }).toBe(true);
  for (let number = 60; number < 80; number++) await add(number);
  await expect.poll(() => world.outbox.size(), { timeout: 20_000 }).toBe(0);

  // One at a time, so that the order of running is the order of the queue.
  await world.worker({}, { concurrency: 1 });
  for (const id of ids) await world.until(id, 'succeeded', 30_000);
  expect(seen).toEqual(Array.from({ length: 80 }, (_, index) => index));
}, 90_000);
