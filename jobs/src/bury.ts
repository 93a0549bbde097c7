// What no worker can run, a message that is none or that took its workers down: kept in history, and taken out of the way.
import { setTimeout as sleep } from 'node:timers/promises';
import { endedJobOf } from '@verity/domain/jobs/ended-job';
import type { EndedJob } from '@verity/domain/jobs/ports';
import type { JobId } from '@verity/protocol/ids';
import type { JobError, JobOrder, QueueName } from '@verity/protocol/jobs/schemas';
import { readOrders } from './read-orders';
import type { Delivered, WorkerPorts } from './worker-ports';

export const MALFORMED: JobError = {
  why: 'malformed',
  message: 'The message is not one of jobs.',
  fix: 'See who writes into the queues of Verity.',
};
export const DELIVERED_TOO_OFTEN: JobError = {
  why: 'delivered-too-often',
  message: 'It was delivered too often: each time its worker ended before it did.',
  fix: 'Look into the logs of the workers for what ends them, then retry it.',
};

/** Bytes of what cannot be read that are kept: enough to mend it by hand. */
const KEPT_BYTES = 100_000;
const TRY_AGAIN_MS = 500;

/** Puts each job of the message on record as failed, then acknowledges it; it comes again when a store is away. */
export async function bury(
  ports: WorkerPorts,
  record: (job: EndedJob) => Promise<void>,
  message: Delivered,
  queue: QueueName,
  error: JobError,
): Promise<void> {
  try {
    const orders = readOrders(message.body) ?? [unreadable(ports, message)];
    const claims = await ports.states.claim(orders, queue, ports.id);
    for (const [index, order] of orders.entries()) {
      const claim = claims[index];
      // By a worker that has died, until its lease is over.
      if (claim === 'held' || claim === 'mine') throw new Error(`${order.id} is ${claim}`);
      if (claim === 'done' || claim === 'cancelled') {
        const job = await ports.states.byId(order.id);
        if (job?.ended_at) await record(endedJobOf(job));
      }
      if (claim !== 'run') continue;
      const { id, attempt } = order;
      const endedAt = ports.clock();
      const ended = { state: 'failed', worker: ports.id, endedAt, result: null, error } as const;
      await ports.states.settle({ ...ended, id, attempt, dueAt: null });
      await record({ ...ended, order, queue, startedAt: null });
      ports.changed(order.task, 'failed');
    }
    message.ack();
  } catch (err) {
    ports.log.warn({ err }, 'a message that cannot be run could not be put on record yet');
    await sleep(TRY_AGAIN_MS, undefined, { ref: false });
    message.requeue();
  }
}

function unreadable({ newId, clock }: WorkerPorts, { body }: Delivered): JobOrder {
  return {
    id: newId<JobId>(),
    task: 'unreadable',
    payload: { bytes: body.length, begins: body.toString('utf8', 0, KEPT_BYTES) },
    attempt: 1,
    origin: 'code',
    by: null,
    enqueued_at: clock().toISOString(),
    scheduled_for: null,
  };
}
