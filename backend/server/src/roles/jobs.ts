// What a process needs to enqueue jobs and to look into them: the broker, their states, the outbox.
import { connectBroker } from '@verity/adapters/rabbit/broker';
import { createJobFigures } from '@verity/adapters/redis/job-figures';
import { createJobListing } from '@verity/adapters/redis/job-listing';
import { createJobOutbox } from '@verity/adapters/redis/job-outbox';
import { createJobStates } from '@verity/adapters/redis/job-states';
import { createJobWorkers } from '@verity/adapters/redis/job-workers';
import { createLeases } from '@verity/adapters/redis/leases';
import { chance } from '@verity/adapters/webhooks/hmac';
import { createEnqueuer, type TaskCard } from '@verity/jobs/enqueue';
import { TASK_CARDS } from '@verity/jobs/generated/cards';
import type { Ground } from './ground';

/** Looks into the outbox of another process that has died with something in it. */
const FLUSH_MS = 15_000;

export type Jobs = Awaited<ReturnType<typeof openJobs>>;

/** Does not wait for the broker: what is enqueued before it answers waits in the outbox. */
export async function openJobs(ground: Ground, cards: readonly TaskCard[] = TASK_CARDS) {
  const { config, redis, log, clock, newId, shutdown } = ground;
  const broker = await connectBroker({
    url: config.RABBITMQ_URL,
    prefix: config.RABBITMQ_PREFIX,
    name: `verity ${ground.producerId}`,
    chance,
    log,
  });
  shutdown.on('close', 'rabbitmq', () => broker.close());
  const states = createJobStates(redis, clock);
  const outbox = createJobOutbox({ ...redis, leases: createLeases(redis, newId) });
  const figures = createJobFigures(redis, clock);
  shutdown.on('flush', 'figures of jobs', () => figures.flush());
  const enqueuer = createEnqueuer({
    cards,
    broker,
    outbox,
    states: {
      async enqueued(queue, orders) {
        for (const { task } of orders) figures.note(task, 'queued');
        await states.enqueued(queue, orders);
      },
    },
    newId,
    clock,
    noticed: (err, what) => log.warn({ err }, what),
  });
  const looking = setInterval(() => {
    if (broker.isUp()) void enqueuer.flush();
  }, FLUSH_MS);
  shutdown.on('drain', 'outbox of jobs', () => clearInterval(looking));
  return {
    ...{ broker, states, outbox, enqueuer, figures },
    listing: createJobListing(redis),
    registry: createJobWorkers(redis),
  };
}
