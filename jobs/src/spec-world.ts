// For specs: workers and an enqueuer over the real broker, Redis and MongoDB of the test run, apart from all others.
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { connectMongo } from '@verity/adapters/mongo/connect';
import { MongoJobs } from '@verity/adapters/mongo/jobs';
import { connectBroker, type Broker } from '@verity/adapters/rabbit/broker';
import { createJobOutbox } from '@verity/adapters/redis/job-outbox';
import { createJobStates } from '@verity/adapters/redis/job-states';
import { createJobWorkers } from '@verity/adapters/redis/job-workers';
import { createLeases } from '@verity/adapters/redis/leases';
import { openTestRedis, silentLog } from '@verity/adapters/redis/testing';
import { newId, systemClock } from '@verity/adapters/world';
import type { JobId } from '@verity/protocol/ids';
import type { Job, JobState, QueueName } from '@verity/protocol/jobs/schemas';
import type { Task } from './define-task';
import { createEnqueuer } from './enqueue';
import { cardOf } from './task-card';
import type { Tools } from './tools';
import { startWorker, type Worker } from './worker';
import type { WorkerPorts } from './worker-ports';

/** A ladder that specs can wait for. */
export const SHORT_RUNGS_MS: readonly number[] = [100, 300, 600];

const chance = (): number => {
  const digest = createHash('sha256').update(randomUUID()).digest();
  return digest.readUInt32BE(0) / 2 ** 32;
};

export type JobWorld = Awaited<ReturnType<typeof openJobWorld>>;

export async function openJobWorld(
  tasks: readonly Task[],
  { leaseMs = 30_000, rabbitUrl = process.env.RABBITMQ_URL, rungsMs = SHORT_RUNGS_MS } = {},
) {
  const { MONGODB_URL } = process.env;
  if (!rabbitUrl || !MONGODB_URL) throw new Error('run these specs with vitest');
  const prefix = `test-${randomUUID().slice(0, 8)}.`;
  const testRedis = await openTestRedis();
  const mongoUrl = MONGODB_URL.replace('/verity?', `/spec-${prefix.replaceAll(/\W/g, '')}?`);
  const mongo = await connectMongo(mongoUrl, { appName: 'spec', patience: 'work' });
  const states = createJobStates(testRedis.redis, systemClock, { leaseMs });
  const history = new MongoJobs(mongo, 30);
  const registry = createJobWorkers(testRedis.redis);
  const leases = createLeases(testRedis.redis, newId);
  const brokers: Broker[] = [];
  const workers: Worker[] = [];
  const noticed: unknown[] = [];
  const stuck: JobId[] = [];

  const connect = async (url = rabbitUrl): Promise<Broker> => {
    const broker = await connectBroker({
      url,
      prefix,
      name: 'spec',
      log: silentLog,
      rungsMs,
      chance,
    });
    brokers.push(broker);
    return broker;
  };
  const broker = await connect();
  await broker.ready();
  const outbox = createJobOutbox({ ...testRedis.redis, leases });
  const enqueuerOver = (over: Broker) =>
    createEnqueuer({
      cards: tasks.map(cardOf),
      broker: over,
      outbox,
      states,
      newId,
      clock: systemClock,
      noticed: (err) => noticed.push(err),
    });
  const enqueuer = enqueuerOver(broker);
  const tools = { clock: systemClock, newId } as unknown as Tools;

  return {
    /** What another process needs to join this world. */
    env: {
      REDIS_URL: process.env.REDIS_URL,
      REDIS_PREFIX: testRedis.prefix,
      MONGODB_URL: mongoUrl,
      RABBITMQ_URL: rabbitUrl,
      RABBITMQ_PREFIX: prefix,
      MASTER_KEY: randomBytes(32).toString('hex'),
    },
    states,
    history,
    registry,
    outbox,
    broker,
    connect,
    enqueuer,
    enqueuerOver,
    noticed,
    stuck,
    async worker(
      over: Partial<WorkerPorts> = {},
      settings: { concurrency?: number; queues?: QueueName[]; heartbeatMs?: number } = {},
    ): Promise<Worker> {
      const own = over.broker ?? (await connect());
      const worker = await startWorker(
        {
          id: `spec:${newId()}`,
          tasks,
          tools,
          broker: own,
          states,
          history,
          registry,
          turn: (task, rate) => registry.turn(task, rate),
          runInThread: () => Promise.reject(new Error('no threads here')),
          clock: systemClock,
          newId,
          changed: () => undefined,
          stuck: ({ id }) => stuck.push(id),
          log: silentLog,
          ...over,
        },
        {
          concurrency: settings.concurrency ?? 4,
          queues: settings.queues ?? ['default'],
          heartbeatMs: settings.heartbeatMs ?? 100,
        },
      );
      workers.push(worker);
      return worker;
    },
    /** Waits until a job is in a state, and answers it as history or Redis has it. */
    async until(id: JobId, state: JobState, patienceMs = 10_000): Promise<Job> {
      const deadline = performance.now() + patienceMs;
      for (;;) {
        const job = (await history.byId(id)) ?? (await states.byId(id));
        if (job?.state === state) return job;
        if (performance.now() > deadline) {
          throw new Error(`job ${id} is ${job?.state ?? 'unknown'}, not ${state}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    /** Ends every worker. */
    async calm(): Promise<void> {
      await Promise.all(workers.splice(0).map((worker) => worker.stop(0)));
    },
    async close(): Promise<void> {
      await this.calm();
      await broker.removeEverything();
      await Promise.all(brokers.map((one) => one.close()));
      await mongo.getClient().db().dropDatabase();
      await mongo.close();
      await testRedis.close();
    },
  };
}
