// A handler that does not stop when it is told to ends the process; one that has ended is left alone.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { JobId } from '@verity/protocol/ids';
import { defineTask, RETRY_NEVER, type Task } from './define-task';
import { WorkerEnds } from './job-failure';
import { Delivery, type Held } from './lane';
import { runJob } from './run-job';
import { Stop } from './stop';
import type { WorkerPorts } from './worker-ports';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const A_DAY_MS = 86_400_000;
const task = (handler: Task['handler']): Task =>
  defineTask({
    ...{ name: 'work', queue: 'default', about: 'Works.', payload: z.strictObject({}) },
    ...{ retry: RETRY_NEVER, timeoutSeconds: 60, handler },
  });

function worldOf(handler: Task['handler']) {
  const stuck: string[] = [];
  const ports: Partial<WorkerPorts> = {
    tasks: [task(handler)],
    changed: () => undefined,
    stuck: ({ task: name }) => stuck.push(name),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  };
  const message = { body: Buffer.alloc(0), redelivered: false, diedIn: null };
  const delivery = new Delivery({ ...message, ack: () => undefined, requeue: () => undefined }, 1);
  const held: Held = {
    order: {
      ...{ id: '01890000-0000-7000-8000-000000000000' as JobId, task: 'work', payload: {} },
      ...{ attempt: 1, origin: 'code', by: null, scheduled_for: null },
      enqueued_at: new Date().toISOString(),
    },
    ...{ queue: 'default', delivery, copies: [], since: null, settled: false },
    stop: new Stop(),
  };
  return { held, stuck, run: () => runJob(ports as WorkerPorts, held) };
}

it('leaves a job alone that has ended, though its claim is missed while its end is noted', async () => {
  const { held, stuck, run } = worldOf(() => Promise.resolve(7));
  expect(await run()).toMatchObject({ kind: 'over', state: 'succeeded', result: '7' });
  held.stop.ask(new WorkerEnds());
  await vi.advanceTimersByTimeAsync(A_DAY_MS);
  expect(stuck).toEqual([]);
});

it('says of a handler that it does not stop, ten seconds after it was told to', async () => {
  const { held, stuck, run } = worldOf(() => new Promise(() => undefined));
  const end = run();
  await vi.advanceTimersByTimeAsync(1_000);
  held.stop.ask(new WorkerEnds());
  await vi.advanceTimersByTimeAsync(9_999);
  expect(stuck).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(stuck).toEqual(['work']);
  expect(await end).toEqual({ kind: 'back' });
});
