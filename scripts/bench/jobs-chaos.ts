// Kills workers, schedulers and the broker at random while jobs run, and has an independent ledger say what became of them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MongoClient, type Db } from 'mongodb';
import { connectBroker } from '@verity/adapters/rabbit/broker';
import { connectRedis } from '@verity/adapters/redis/connect';
import { createJobOutbox } from '@verity/adapters/redis/job-outbox';
import { createJobStates } from '@verity/adapters/redis/job-states';
import { createLeases } from '@verity/adapters/redis/leases';
import { newId, systemClock } from '@verity/adapters/world';
import { createEnqueuer } from '@verity/jobs/enqueue';
import { cardOf } from '@verity/jobs/task-card';
import { Fault } from '@verity/protocol/faults';
import type { JobId } from '@verity/protocol/ids';
import { QUEUES } from '@verity/protocol/jobs/schemas';
import { bundle, projectRoot } from '../bundle.mjs';
import { bringUp, type Stack } from '../stack/bring-up';
import { freePort } from '../stack/free-port';
import { mongodb } from '../stack/mongodb';
import type { Part } from '../stack/part';
import { isReady } from '../stack/platform';
import { rabbitmq } from '../stack/rabbitmq';
import { redis } from '../stack/redis';
import type { ChildSpec, SupervisedChild } from '../stack/supervise';
import { judge, openLedger, readFindings, type Ledger } from './jobs-chaos-ledger';
import { accountOfTicks, chaosTasks, taskOf, type Account, type Payment } from './jobs-chaos-tasks';
import { countOption, Misfit, type Bench } from './measure';
import { seeded, type Seeded } from './seeded';

const PROCESS = 'scripts/bench/jobs-chaos-process.ts';
const WORKERS = 3;
const SCHEDULERS = 2;
const CONCURRENCY = 8;
const ACCOUNTS = 2_000;
const BETWEEN_KILLS_MS = 3_000;
/** What dies often comes back soon all the same: a real stack would wait up to ten seconds, and be killed less. */
const LONGEST_DELAY_MS = 500;
/** RabbitMQ notes down new quorum queues every half second (docs/resilience.md). */
const TOPOLOGY_MS = 2_000;
/** The last jobs must be over so long after the last kill: a lease, the delay of what is held, tries that failed. */
const PATIENCE_MS = 300_000;

export const bench: Bench = async (options, say) => {
  const jobs = countOption(options, 'jobs', 100_000, 100);
  const kills = countOption(options, 'kills', 200, 1);
  const seed = countOption(options, 'seed', Date.now() % 1_000_000, 0);
  const random = seeded(seed);
  const dataDir = mkdtempSync(join(tmpdir(), 'verity-bench-chaos-'));
  say(`seed ${seed}; starting Redis, MongoDB and RabbitMQ`);
  const stack = await bringUp({ dataDir, parts: [redis, mongodb, backSoon(rabbitmq)], env: {} });
  const mongo = new MongoClient(stack.env.MONGODB_URL as string);
  const sender = await openSender(stack);
  try {
    const db = mongo.db();
    await openAccounts(db);
    const ledger = openLedger(dataDir);
    const processes = await startProcesses(stack);
    await sleep(TOPOLOGY_MS);
    const victims = [...processes, ...stack.supervisor.children.filter(isBroker)];
    const killing = killAtRandom(victims, { kills, random, say: (line) => say(line) });
    const refused = await send({ jobs, sender, ledger, random, progress: killing.progress });
    const killed = await killing.done;
    const settledSeconds = await untilThrough(db, ledger, say);
    for (const child of processes) await child.stop();
    const verdict = judge(await readFindings(dataDir, db));
    for (const problem of verdict.problems) say(problem);
    const { problems, ...figures } = verdict;
    return {
      jobs: ledger.size,
      kills: Object.values(killed).reduce((sum, count) => sum + count, 0),
      ...figures,
      killed,
      refused,
      settledSeconds,
      seed,
      workers: WORKERS,
      schedulers: SCHEDULERS,
      ...(problems.length > 0 ? { problems } : {}),
    };
  } finally {
    await sender.close();
    await mongo.close();
    await stack.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
};

const isBroker = ({ name }: SupervisedChild): boolean => name === rabbitmq.name;

const backSoon = (part: Part): Part => ({
  ...part,
  async find() {
    const found = await part.find();
    return (
      found && {
        ...found,
        async launch(home) {
          const { url, child } = await found.launch(home);
          return { url, child: { ...child, longestDelayMs: LONGEST_DELAY_MS } };
        },
      }
    );
  },
});

async function openAccounts(db: Db): Promise<void> {
  const schedules = chaosTasks({ pay: () => Promise.resolve(), note: () => undefined });
  const names = [
    ...Array.from({ length: ACCOUNTS }, (_, index) => `account ${index}`),
    ...schedules.filter(({ schedule }) => schedule).map(({ name }) => accountOfTicks(name)),
  ];
  await db
    .collection<Account>('accounts')
    .insertMany(names.map((_id) => ({ _id, sum: 0, applied: [] })));
}

/** Started as the stack starts its processes: supervised, with a health port each. */
async function startProcesses(stack: Stack): Promise<SupervisedChild[]> {
  const program = await bundle(PROCESS);
  const spec = async (name: string, role: string): Promise<ChildSpec> => {
    const port = await freePort();
    return {
      name,
      command: process.execPath,
      args: ['--enable-source-maps', program],
      env: {
        ...{ PATH: process.env.PATH, ...stack.env, NODE_ENV: 'production' },
        ...{ ROLES: role, HOST: '127.0.0.1', PORT: String(port) },
        JOB_CONCURRENCY: String(CONCURRENCY),
      },
      cwd: projectRoot,
      ready: () => isReady(port),
      longestDelayMs: LONGEST_DELAY_MS,
    };
  };
  const specs = [
    ...Array.from({ length: WORKERS }, (_, index) => spec(`worker-${index + 1}`, 'worker')),
    ...Array.from({ length: SCHEDULERS }, (_, at) => spec(`scheduler-${at + 1}`, 'scheduler')),
  ];
  return stack.supervisor.start(...(await Promise.all(specs)));
}

/** Who enqueues is not killed: it keeps the ledger. The broker goes away under it. */
async function openSender({ env }: Stack) {
  const log = { info: () => undefined, warn: () => undefined, error: console.error };
  const connections = connectRedis({ url: env.REDIS_URL as string, name: 'bench', log });
  await connections.ready();
  const broker = await connectBroker({
    url: env.RABBITMQ_URL as string,
    name: 'bench',
    // It sends nothing into the ladder of retries.
    chance: () => 0,
    log,
  });
  await broker.ready();
  const outbox = createJobOutbox({ ...connections, leases: createLeases(connections, newId) });
  await outbox.size();
  const enqueuer = createEnqueuer({
    cards: chaosTasks({ pay: () => Promise.resolve(), note: () => undefined }).map(cardOf),
    broker,
    outbox,
    states: createJobStates(connections, systemClock),
    newId,
    clock: systemClock,
    noticed: (err, what) => console.error(what, err),
  });
  return {
    one: enqueuer.enqueueUnchecked,
    many: enqueuer.enqueueMany as unknown as (
      task: string,
      payloads: Payment[],
    ) => Promise<JobId[]>,
    flush: () => enqueuer.flush(),
    async close() {
      await broker.close();
      connections.close();
    },
  };
}

interface Killing {
  /** The share of the kills that are over, 0 to 1. */
  progress(): number;
  readonly done: Promise<Record<string, number>>;
}

function killAtRandom(
  victims: readonly SupervisedChild[],
  { kills, random, say }: { kills: number; random: Seeded; say: (line: string) => void },
): Killing {
  const killed: Record<string, number> = {};
  let count = 0;
  let lastAt = performance.now();
  let waitMs = 0;
  const run = async (): Promise<Record<string, number>> => {
    while (count < kills) {
      waitMs = random.wait(BETWEEN_KILLS_MS);
      lastAt = performance.now();
      await sleep(waitMs);
      const chosen = victims[random.below(victims.length)] as SupervisedChild;
      // Nine times of ten one that works; else also one that is just coming up.
      const patient = random.next() < 0.9;
      while (chosen.pid === undefined || (patient && !chosen.isReady)) await sleep(20);
      chosen.kill('SIGKILL');
      const kind = chosen.name.replace(/-\d+$/, '');
      killed[kind] = (killed[kind] ?? 0) + 1;
      count++;
      if (count % 20 === 0) say(`${count} of ${kills} killed`);
    }
    return killed;
  };
  const shareOfWait = (): number => Math.min(1, (performance.now() - lastAt) / Math.max(1, waitMs));
  return {
    done: run(),
    progress: () => (count >= kills ? 1 : Math.min(1, (count + shareOfWait()) / kills)),
  };
}

interface Sending {
  jobs: number;
  sender: Awaited<ReturnType<typeof openSender>>;
  ledger: Ledger;
  random: Seeded;
  progress: Killing['progress'];
}

/** Enqueues in step with the kills, so that there is work at each; answers how many calls were refused. */
async function send({ jobs, sender, ledger, random, progress }: Sending): Promise<number> {
  let refused = 0;
  const under = new Set<Promise<void>>();
  const payment = (): Payment => ({
    account: `account ${random.below(ACCOUNTS)}`,
    amount: 1 + random.below(100),
    holdMs: random.next() < 0.5 ? 0 : random.below(600),
    fails: random.next() < 0.96 ? 'never' : random.next() < 0.5 ? 'before' : 'after',
  });
  const call = async (payments: Payment[], task: string, twice: boolean): Promise<void> => {
    try {
      const [first] = payments;
      if (twice && first) {
        // Somebody who asks twice for the same: one job.
        const id = newId<JobId>();
        await Promise.all([sender.one(task, first, { id }), sender.one(task, first, { id })]);
        ledger.confirm([{ id, ...first }].map(toConfirmed));
        return;
      }
      const ids = await sender.many(task, payments);
      ledger.confirm(ids.map((id, at) => toConfirmed({ id, ...(payments[at] as Payment) })));
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      refused++;
    }
  };
  let sent = 0;
  while (ledger.size < jobs) {
    const due = Math.min(jobs, Math.ceil(jobs * progress()));
    if (sent >= due) {
      if (due === jobs && under.size === 0) sent = ledger.size;
      await sleep(10);
      continue;
    }
    const twice = random.next() < 0.05;
    const count = twice
      ? 1
      : Math.min(due - sent, 1 + random.below(random.next() < 0.1 ? 500 : 20));
    const task = taskOf(QUEUES[random.below(QUEUES.length)] ?? 'default');
    sent += count;
    const calling = call(Array.from({ length: count }, payment), task, twice);
    under.add(calling);
    void calling.finally(() => under.delete(calling));
    if (under.size >= 8) await Promise.race(under);
  }
  await Promise.all(under);
  return refused;
}

const toConfirmed = ({ id, account, amount }: { id: JobId } & Payment) => ({ id, account, amount });

/** Waits until history has as many jobs as were confirmed, or nothing has moved for long; answers the seconds. */
async function untilThrough(db: Db, ledger: Ledger, say: (line: string) => void): Promise<number> {
  const began = performance.now();
  let before = -1;
  let movedAt = began;
  for (;;) {
    const through = await db.collection('jobs').countDocuments({ origin: 'code' });
    if (through >= ledger.size) break;
    const now = performance.now();
    if (through !== before) movedAt = now;
    before = through;
    if (now - movedAt > PATIENCE_MS) {
      say(`${ledger.size - through} jobs are not over after ${PATIENCE_MS / 1_000} s of silence`);
      break;
    }
    await sleep(1_000);
  }
  // A second run of what is over already would come within a lease and its delay.
  return Math.round((performance.now() - began) / 100) / 10;
}
