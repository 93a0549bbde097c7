// Why jobs of a queue are not begun, in words for who waits for one.
import type { WorkerState } from '@verity/protocol/jobs/console-schemas';
import type { QueueName } from '@verity/protocol/jobs/schemas';

/** A worker that was not heard for so long hangs, or is gone. */
export const LOST_MS = 15_000;

export const isLost = ({ seen_at }: Pick<WorkerState, 'seen_at'>, now: Date): boolean =>
  now.getTime() - Date.parse(seen_at) > LOST_MS;

/** Null when workers take from the queue. */
export function standstillOf(
  queue: QueueName,
  facts: {
    brokerUp: boolean;
    paused: readonly QueueName[];
    workers: readonly Pick<WorkerState, 'queues' | 'seen_at'>[];
    now: Date;
  },
): string | null {
  if (!facts.brokerUp) return 'RabbitMQ does not answer. It is sent there as soon as it does.';
  if (facts.paused.includes(queue)) {
    return `An admin has paused ${queue}. It begins when the queue is resumed.`;
  }
  const served = facts.workers.some(
    (worker) => worker.queues.includes(queue) && !isLost(worker, facts.now),
  );
  return served ? null : 'No worker runs. It begins as soon as one does.';
}
