// Who enqueues in the chaos bench: it is not killed, keeps the ledger, and has the broker go away under it.
import { setTimeout as sleep } from 'node:timers/promises';
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
import type { Stack } from '../stack/bring-up';
import type { Ledger } from './jobs-chaos-ledger';
import {
  ACCOUNTS,
  accountNamed,
  chaosTasks,
  NO_BOOKS,
  taskOf,
  type Payment,
} from './jobs-chaos-tasks';
import type { Seeded } from './seeded';

/** Another process may have died with something in the outbox. */
const FLUSH_MS = 5_000;

export async function openSender({ env }: Stack) {
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
    cards: chaosTasks(NO_BOOKS).map(cardOf),
    broker,
    outbox,
    states: createJobStates(connections, systemClock),
    newId,
    clock: systemClock,
    noticed: (err, what) => console.error(what, err),
  });
  const looking = setInterval(() => {
    if (broker.isUp()) void enqueuer.flush();
  }, FLUSH_MS);
  return {
    one: enqueuer.enqueueUnchecked,
    many: (task: string, payloads: Payment[]): Promise<JobId[]> =>
      enqueuer.enqueueMany(task as never, payloads as never),
    async close() {
      clearInterval(looking);
      await broker.close();
      connections.close();
    },
  };
}

interface Sending {
  jobs: number;
  sender: Awaited<ReturnType<typeof openSender>>;
  ledger: Ledger;
  random: Seeded;
  /** The share of all jobs that are due, 0 to 1. */
  progress: () => number;
}

/** Enqueues in step with the kills, so that there is work at each; answers how many calls were refused. */
export async function send({ jobs, sender, ledger, random, progress }: Sending): Promise<number> {
  let refused = 0;
  const under = new Set<Promise<void>>();
  const payment = (): Payment => ({
    account: accountNamed(random.below(ACCOUNTS)),
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
