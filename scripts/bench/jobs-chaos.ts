// Kills workers, schedulers and the broker at random while jobs run, and has an independent ledger say what became of them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MongoClient, type Db } from 'mongodb';
import { bundle, projectRoot } from '../bundle.mjs';
import { bringUp, type Stack } from '../stack/bring-up';
import { freePort } from '../stack/free-port';
import { mongodb } from '../stack/mongodb';
import type { Part } from '../stack/part';
import { isReady } from '../stack/platform';
import { rabbitmq } from '../stack/rabbitmq';
import { redis } from '../stack/redis';
import type { ChildSpec, SupervisedChild } from '../stack/supervise';
import { killAtRandom } from './jobs-chaos-killing';
import { countTicks, judge, openLedger, readFindings } from './jobs-chaos-ledger';
import { openSender, send } from './jobs-chaos-sender';
import {
  ACCOUNTS,
  accountNamed,
  accountOfTicks,
  chaosTasks,
  NO_BOOKS,
  type Account,
} from './jobs-chaos-tasks';
import { countOption, type Bench } from './measure';
import { seeded } from './seeded';

const PROCESS = 'scripts/bench/jobs-chaos-process.ts';
const WORKERS = 3;
const SCHEDULERS = 2;
const CONCURRENCY = 8;
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
    const began = performance.now();
    await untilThrough(db, { origin: 'code' }, ledger.size, say);
    // Who ticks ends first: what they have enqueued is still to be run.
    const schedulers = processes.filter(({ name }) => name.startsWith('scheduler'));
    await Promise.all(schedulers.map((child) => child.stop()));
    await untilThrough(db, { origin: 'schedule' }, countTicks(dataDir), say);
    const settledSeconds = Math.round((performance.now() - began) / 100) / 10;
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
  const names = [
    ...Array.from({ length: ACCOUNTS }, (_, index) => accountNamed(index)),
    ...chaosTasks(NO_BOOKS)
      .filter(({ schedule }) => schedule)
      .map(({ name }) => accountOfTicks(name)),
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

/** Waits until history has so many jobs of an origin, or nothing has moved for long. */
async function untilThrough(
  db: Db,
  origin: { origin: string },
  expected: number,
  say: (line: string) => void,
): Promise<void> {
  let before = -1;
  let movedAt = performance.now();
  for (;;) {
    const through = await db.collection('jobs').countDocuments(origin);
    if (through >= expected) return;
    const now = performance.now();
    if (through !== before) movedAt = now;
    before = through;
    if (now - movedAt > PATIENCE_MS) {
      return say(
        `${expected - through} jobs are not over after ${PATIENCE_MS / 1_000} s of silence`,
      );
    }
    await sleep(1_000);
  }
}
