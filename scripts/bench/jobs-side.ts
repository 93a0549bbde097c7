// One side of the bench of jobs in its own process: who enqueues, or who works, by our runner or by BullMQ.
import { Queue, Worker as BullWorker } from 'bullmq';
import { Redis } from 'ioredis';
import { z } from 'zod';
import { connectMongo } from '@verity/adapters/mongo/connect';
import { MongoJobs } from '@verity/adapters/mongo/jobs';
import { connectBroker } from '@verity/adapters/rabbit/broker';
import { connectRedis } from '@verity/adapters/redis/connect';
import { createJobOutbox } from '@verity/adapters/redis/job-outbox';
import { createJobStates } from '@verity/adapters/redis/job-states';
import { createJobWorkers } from '@verity/adapters/redis/job-workers';
import { createLeases } from '@verity/adapters/redis/leases';
import { chance } from '@verity/adapters/webhooks/hmac';
import { newId, systemClock } from '@verity/adapters/world';
import { defineTask } from '@verity/jobs/define-task';
import { createEnqueuer } from '@verity/jobs/enqueue';
import { cardOf } from '@verity/jobs/task-card';
import type { Tools } from '@verity/jobs/tools';
import { startWorker } from '@verity/jobs/worker';
import { cpuSeconds, nowMs, runSide } from './measure';

export interface SideTask {
  role: 'enqueue' | 'work';
  way: 'ours' | 'bullmq';
  urls: { redis: string; rabbitmq: string; mongodb: string };
  prefix: string;
  jobs: number;
  /** Given: one job after the other with this pause, to see the delay of an idle runner. */
  pauseMs?: number;
}

export interface SideResult {
  /** Of the first job enqueued, or the last one done; epoch milliseconds. */
  atMs: number;
  /** Without what it took to start. */
  cpuSeconds: number;
  /** From the call that enqueues to the begin of the handler, milliseconds. */
  delaysMs: number[];
}

/** Jobs that run at once, and jobs of one call that enqueues: the same for both. */
const CONCURRENCY = 200;
const PER_CALL = 500;
const QUEUE = 'default';

const log = { info: () => undefined, warn: console.error, error: console.error };
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

await runSide<SideTask, SideResult>(async (task) => {
  let before = NaN;
  const spent = (): number => cpuSeconds() - before;
  const { role, way, jobs, pauseMs, urls, prefix } = task;
  const delaysMs: number[] = [];
  let done = 0;
  let finish: (atMs: number) => void = () => undefined;
  const finished = new Promise<number>((resolve) => (finish = resolve));
  const begun = (at: number): void => {
    if (pauseMs !== undefined) delaysMs.push(nowMs() - at);
  };
  const ended = (): void => {
    if (++done === jobs) finish(nowMs());
  };

  /** Enqueues all, and answers when the first was begun to. */
  const enqueueAll = async (
    many: (payloads: { number: number; at: number }[]) => Promise<unknown>,
  ): Promise<number> => {
    const atMs = nowMs();
    const payload = (number: number) => ({ number, at: nowMs() });
    if (pauseMs !== undefined) {
      for (let number = 0; number < jobs; number++) {
        await many([payload(number)]);
        await sleep(pauseMs);
      }
      return atMs;
    }
    const calls: Promise<unknown>[] = [];
    for (let from = 0; from < jobs; from += PER_CALL) {
      const length = Math.min(PER_CALL, jobs - from);
      calls.push(many(Array.from({ length }, (_, index) => payload(from + index))));
      if (calls.length >= 8) await calls.shift();
    }
    await Promise.all(calls);
    return atMs;
  };

  if (way === 'bullmq') {
    const connection = new Redis(urls.redis, { maxRetriesPerRequest: null });
    if (role === 'enqueue') {
      const queue = new Queue(QUEUE, { connection, prefix });
      await queue.waitUntilReady();
      return async () => {
        before = cpuSeconds();
        const atMs = await enqueueAll((payloads) =>
          queue.addBulk(payloads.map((data) => ({ name: 'note', data }))),
        );
        return { atMs, cpuSeconds: spent(), delaysMs };
      };
    }
    const worker = new BullWorker<{ at: number }>(
      QUEUE,
      async ({ data }) => begun(data.at),
      // What is done stays for a while, as in our history.
      { connection, prefix, concurrency: CONCURRENCY, removeOnComplete: { count: 100_000 } },
    );
    worker.on('completed', ended);
    await worker.waitUntilReady();
    return async () => {
      before = cpuSeconds();
      return { atMs: await finished, cpuSeconds: spent(), delaysMs };
    };
  }

  const redis = connectRedis({ url: urls.redis, prefix, name: 'bench', log });
  await redis.ready();
  const broker = await connectBroker({ url: urls.rabbitmq, prefix, name: 'bench', chance, log });
  await broker.ready();
  const states = createJobStates(redis, systemClock);
  const note = defineTask({
    name: 'note',
    queue: QUEUE,
    about: 'For the bench.',
    payload: z.strictObject({ number: z.number().int(), at: z.number() }),
    retry: { attempts: 3, firstDelayMs: 1_000 },
    timeoutSeconds: 30,
    handler: async ({ at }) => begun(at),
  });
  if (role === 'enqueue') {
    const outbox = createJobOutbox({ ...redis, leases: createLeases(redis, newId) });
    await outbox.size();
    const enqueuer = createEnqueuer({
      cards: [cardOf(note)],
      broker,
      outbox,
      states,
      newId,
      clock: systemClock,
      noticed: console.error,
    });
    const { enqueueMany } = enqueuer as unknown as {
      readonly enqueueMany: (name: string, payloads: unknown[]) => Promise<unknown>;
    };
    return async () => {
      before = cpuSeconds();
      const atMs = await enqueueAll((payloads) => enqueueMany('note', payloads));
      return { atMs, cpuSeconds: spent(), delaysMs };
    };
  }
  const mongo = await connectMongo(urls.mongodb, { appName: 'bench', patience: 'work' });
  const registry = createJobWorkers(redis);
  await startWorker(
    {
      id: `bench:${process.pid}`,
      tasks: [note],
      tools: {} as Tools,
      broker,
      states,
      history: new MongoJobs(mongo, 30),
      registry,
      turn: (name, rate) => registry.turn(name, rate),
      runInThread: () => Promise.reject(new Error('no task of the bench asks for a thread')),
      clock: systemClock,
      newId,
      changed: (_, state) => {
        if (state === 'succeeded') ended();
      },
      stuck: () => undefined,
      log,
    },
    { concurrency: CONCURRENCY, queues: [QUEUE] },
  );
  return async () => {
    before = cpuSeconds();
    return { atMs: await finished, cpuSeconds: spent(), delaysMs };
  };
});
