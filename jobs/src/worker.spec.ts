// Jobs over the real broker, Redis and MongoDB: run once, tried again, given up, cancelled, and never lost.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { Fault } from '@verity/protocol/faults';
import { newId } from '@verity/adapters/world';
import type { JobId } from '@verity/protocol/ids';
import type { JobOrder } from '@verity/protocol/jobs/schemas';
import { defineTask } from './define-task';
import { openJobWorld, type JobWorld } from './spec-world';

const seen: unknown[] = [];
let failures = 0;
let release: (() => void) | undefined;
const number = z.strictObject({ number: z.number().int() });
const empty = z.strictObject({});
const base = { queue: 'default', about: 'For specs.', timeoutSeconds: 5 } as const;
const SOON = { attempts: 3, firstDelayMs: 100 };

const tasks = [
  defineTask({
    ...base,
    name: 'add_one',
    payload: number,
    retry: SOON,
    handler: async (payload, run) => {
      seen.push({ ...payload, attempt: run.attempt });
      return { sum: payload.number + 1 };
    },
  }),
  defineTask({
    ...base,
    name: 'fail_twice',
    payload: empty,
    retry: SOON,
    handler: async (_, run) => {
      seen.push(run.attempt);
      if (failures-- > 0) throw new Fault('unavailable', 'Its store is away.', { fix: 'Wait.' });
      return 'done';
    },
  }),
  defineTask({
    ...base,
    name: 'refuse',
    payload: empty,
    retry: SOON,
    handler: async () => {
      seen.push('refused');
      throw new Fault('not-found', 'There is no such person.', { fix: 'Look at the id.' });
    },
  }),
  defineTask({
    ...base,
    name: 'wait_for_signal',
    payload: empty,
    retry: SOON,
    timeoutSeconds: 1,
    handler: async (_, run) => {
      seen.push('began');
      await sleep(20_000, undefined, { signal: run.signal });
    },
  }),
  defineTask({
    ...base,
    name: 'hold',
    payload: empty,
    retry: SOON,
    timeoutSeconds: 60,
    handler: async (_, run) => {
      seen.push('held');
      run.progress(1, 2, 'half');
      await new Promise<void>((resolve, reject) => {
        release = resolve;
        run.signal.addEventListener('abort', () => reject(run.signal.reason as Error));
      });
      return 'let go';
    },
  }),
  defineTask({
    ...base,
    name: 'two_a_second',
    payload: number,
    retry: SOON,
    rate: { count: 2, perSeconds: 1 },
    handler: async (payload) => void seen.push([payload.number, performance.now()]),
  }),
];

let world: JobWorld;
beforeAll(async () => {
  world = await openJobWorld(tasks);
}, 60_000);
afterAll(() => world.close());
afterEach(() => world.calm());
beforeEach(() => {
  seen.length = 0;
  failures = 0;
});

it('runs a job once and keeps what it answered', async () => {
  await world.worker();
  const id = await world.enqueuer.enqueueUnchecked('add_one', { number: 41 });
  const job = await world.until(id, 'succeeded');
  expect(job).toMatchObject({ task: 'add_one', attempt: 1, result: { sum: 42 }, error: null });
  expect(job.duration_ms).toBeGreaterThanOrEqual(0);
  expect(seen).toEqual([{ number: 41, attempt: 1 }]);
  await expect.poll(async () => (await world.history.byId(id))?.payload).toEqual({ number: 41 });
});

it('tries again later, up the ladder, and says how often it took', async () => {
  await world.worker();
  failures = 2;
  const id = await world.enqueuer.enqueueUnchecked('fail_twice', {});
  expect((await world.until(id, 'waiting')).error).toMatchObject({ message: 'Its store is away.' });
  expect(await world.until(id, 'succeeded')).toMatchObject({ attempt: 3, result: 'done' });
  expect(seen).toEqual([1, 2, 3]);
});

it('gives up after the last attempt, with the reason and the way out', async () => {
  await world.worker();
  failures = 10;
  const id = await world.enqueuer.enqueueUnchecked('fail_twice', {});
  expect(await world.until(id, 'failed')).toMatchObject({
    attempt: 3,
    error: { why: 'error', message: 'Its store is away.', fix: 'Wait.' },
  });
});

it('does not try again what no other try can mend', async () => {
  await world.worker();
  const id = await world.enqueuer.enqueueUnchecked('refuse', {});
  expect(await world.until(id, 'failed')).toMatchObject({
    attempt: 1,
    error: { message: 'There is no such person.' },
  });
  expect(seen).toEqual(['refused']);
});

it('stops a job at its time limit', async () => {
  await world.worker();
  const id = await world.enqueuer.enqueueUnchecked('wait_for_signal', {});
  expect(await world.until(id, 'waiting')).toMatchObject({ error: { why: 'timeout' } });
  await world.states.cancel(id, new Date());
});

it('cancels a job that waits in its queue, so that it never runs', async () => {
  const id = await world.enqueuer.enqueueUnchecked('add_one', { number: 1 });
  expect(await world.states.cancel(id, new Date())).toBe('cancelled');
  expect(await world.states.cancel(id, new Date())).toBe('over');
  await world.worker();
  const after = await world.enqueuer.enqueueUnchecked('add_one', { number: 2 });
  await world.until(after, 'succeeded');
  expect(seen).toEqual([{ number: 2, attempt: 1 }]);
});

it('stops a job that runs when it is cancelled, and shows its progress until then', async () => {
  const worker = await world.worker();
  const id = await world.enqueuer.enqueueUnchecked('hold', {});
  await expect.poll(async () => (await world.states.byId(id))?.progress?.note).toBe('half');
  expect(worker.state().active.map((job) => job.id)).toEqual([id]);
  expect(await world.states.cancel(id, new Date())).toBe('asked');
  expect((await world.until(id, 'cancelled')).error).toBeNull();
});

it('runs a job once though it was sent twice', async () => {
  await world.worker();
  const id = await world.enqueuer.enqueueUnchecked('add_one', { number: 7 });
  await world.enqueuer.enqueueUnchecked('add_one', { number: 7 }, { id });
  await world.until(id, 'succeeded');
  await world.enqueuer.enqueueUnchecked('add_one', { number: 7 }, { id });
  const last = await world.enqueuer.enqueueUnchecked('add_one', { number: 8 });
  await world.until(last, 'succeeded');
  expect(seen).toEqual([
    { number: 7, attempt: 1 },
    { number: 8, attempt: 1 },
  ]);
});

it('gives a running job to another worker when it must end, and its message back', async () => {
  const first = await world.worker();
  const id = await world.enqueuer.enqueueUnchecked('hold', {});
  await world.until(id, 'active');
  await expect.poll(() => seen).toEqual(['held']);
  await first.stop(50);
  await world.worker();
  await expect.poll(() => seen).toEqual(['held', 'held']);
  release?.();
  expect(await world.until(id, 'succeeded')).toMatchObject({ attempt: 1, result: 'let go' });
});

it('keeps the rate of a task over all workers', async () => {
  await world.worker();
  await world.worker();
  const enqueueMany = world.enqueuer.enqueueMany as unknown as (
    task: string,
    payloads: unknown[],
  ) => Promise<JobId[]>;
  const ids = await enqueueMany(
    'two_a_second',
    [1, 2, 3, 4, 5].map((value) => ({ number: value })),
  );
  for (const id of ids) await world.until(id, 'succeeded', 15_000);
  const times = seen.map((entry) => (entry as [number, number])[1]).sort((a, b) => a - b);
  expect((times.at(-1) as number) - (times[0] as number)).toBeGreaterThan(1_300);
});

it('puts a message that is none of ours on record, and goes on', async () => {
  await world.worker();
  await world.broker.publish('default', Buffer.from('{"jobs": [{"id": 1}]}'));
  await world.broker.publish('default', Buffer.from('not even JSON'));
  const id = await world.enqueuer.enqueueUnchecked('add_one', { number: 1 });
  await world.until(id, 'succeeded');
  await expect
    .poll(async () => (await world.history.list({ task: 'unreadable' }, { limit: 10 })).total)
    .toBe(2);
  const { items } = await world.history.list({ task: 'unreadable' }, { limit: 10 });
  expect(items[0]).toMatchObject({ state: 'failed', error: { why: 'malformed' } });
});

it('keeps on record, with the reason, whatever else comes through the queue', async () => {
  await world.worker();
  const order = (payload: unknown) => ({
    ...{ id: newId<JobId>(), task: 'add_one', payload, attempt: 1, origin: 'code', by: null },
    ...{ enqueued_at: new Date().toISOString(), scheduled_for: null },
  });
  const send = (message: unknown) =>
    world.broker.publish('default', Buffer.from(JSON.stringify(message)));
  const [misfit, huge, other] = [{ number: 'one' }, { number: 1, more: 'x'.repeat(1e7) }, {}].map(
    order,
  );
  await send({ jobs: [misfit] });
  await send({ jobs: [huge] });
  await send({ version: 2, jobs: [other] });

  const why = { state: 'failed', error: { why: 'invalid-payload' } };
  expect(await world.until(misfit!.id, 'failed')).toMatchObject({
    ...why,
    payload: misfit!.payload,
  });
  // Ten megabytes: more than a document of history should hold.
  await expect
    .poll(() => world.history.byId(huge!.id))
    .toMatchObject({ ...why, payload: { cut: true } });
  await expect
    .poll(async () => (await world.history.list({ q: other!.id }, { limit: 1 })).items[0])
    .toMatchObject({ task: 'unreadable', error: { why: 'malformed' } });
  await expect.poll(async () => (await world.broker.depth('default')).messages).toBe(0);
  expect(seen).toEqual([]);
});

it('takes a message again when Redis was away as it came', async () => {
  let away = 2;
  const claim: typeof world.states.claim = (...asked) =>
    away-- > 0
      ? Promise.reject(new Fault('unavailable', 'Redis does not answer.'))
      : world.states.claim(...asked);
  await world.worker({ states: { ...world.states, claim } });
  const id = await world.enqueuer.enqueueUnchecked('add_one', { number: 5 });
  await world.until(id, 'succeeded');
  expect(seen).toEqual([{ number: 5, attempt: 1 }]);
});

it('waits with a dead letter until nobody runs it any more', async () => {
  const id = newId<JobId>();
  const order: JobOrder = {
    ...{ id, task: 'add_one', payload: { number: 1 }, attempt: 1, origin: 'code', by: null },
    ...{ enqueued_at: new Date().toISOString(), scheduled_for: null },
  };
  expect(await world.states.claim([order], 'default', 'another')).toEqual(['run']);
  // Given back until the broker has had enough of it.
  const refusing = await world.broker.subscribe('default', 1, (message) => message.requeue());
  await world.broker.publish('default', Buffer.from(JSON.stringify({ jobs: [order] })));
  await expect.poll(async () => (await world.broker.depth('dead_letters')).messages).toBe(1);
  await refusing.stop();
  await world.worker();
  await sleep(300);
  expect(await world.history.byId(id)).toBeNull();
  await world.states.release([id], 'another');
  expect(await world.until(id, 'failed')).toMatchObject({ error: { why: 'delivered-too-often' } });
});

it('claims a job once though it comes twice in one call, and settles it once', async () => {
  const id = newId<JobId>();
  const order: JobOrder = {
    ...{ id, task: 'add_one', payload: { number: 1 }, attempt: 1, origin: 'code', by: null },
    ...{ enqueued_at: new Date().toISOString(), scheduled_for: null },
  };
  expect(await world.states.claim([order, order], 'default', 'w')).toEqual(['run', 'mine']);
  expect(await world.states.claim([order], 'default', 'v')).toEqual(['held']);
  const end = { id, attempt: 1, worker: 'w', state: 'succeeded', endedAt: new Date() } as const;
  const settle = () =>
    world.states.settle({ ...end, dueAt: null, result: '{"sum":2}', error: null });
  expect(await Promise.all([settle(), settle()])).toEqual([true, false]);
  expect(await world.states.byId(id)).toMatchObject({ state: 'succeeded', result: { sum: 2 } });
  expect(await world.states.claim([order], 'default', 'v')).toEqual(['done']);
});

it('fails a job whose task this version does not know, and keeps it for a retry', async () => {
  await world.worker({ tasks: tasks.slice(1) });
  const id = await world.enqueuer.enqueueUnchecked('add_one', { number: 1 });
  expect(await world.until(id, 'failed')).toMatchObject({ error: { why: 'unknown-task' } });
});

it('leaves a paused queue alone until it is resumed', async () => {
  await world.worker();
  await expect.poll(async () => (await world.broker.depth('default')).consumers).toBe(1);
  expect(await world.registry.pause('default', true)).toBe(true);
  await expect.poll(async () => (await world.broker.depth('default')).consumers).toBe(0);
  const id = await world.enqueuer.enqueueUnchecked('add_one', { number: 3 });
  await sleep(300);
  expect(seen).toEqual([]);
  expect(await world.registry.pause('default', false)).toBe(true);
  await world.until(id, 'succeeded');
});

it('refuses at the door what no worker could run', async () => {
  const { enqueueUnchecked } = world.enqueuer;
  await expect(enqueueUnchecked('no_such_task', {})).rejects.toMatchObject({
    code: 'invalid-input',
    fix: expect.stringContaining('add_one'),
  });
  await expect(enqueueUnchecked('add_one', { number: 'x' })).rejects.toMatchObject({
    code: 'invalid-input',
    issues: [{ path: '/payload/number' }],
  });
  await expect(
    enqueueUnchecked('add_one', { number: 1, more: 'x'.repeat(10_000_000) }),
  ).rejects.toMatchObject({ code: 'too-large' });
});
