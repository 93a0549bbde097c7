// What came of a run: settled in Redis while the claim holds, tried again later, or handed to another turn.
import type { EndedJob } from '@verity/domain/jobs/ports';
import type { JobOrder } from '@verity/protocol/jobs/schemas';
import type { Held } from './lane';
import type { RunEnd } from './run-job';
import type { WorkerPorts } from './worker-ports';

/** `back`: to its queue. A job that is over is still to be put on record before its message is acknowledged. */
export type Outcome = { kind: 'over'; job: EndedJob } | { kind: 'dropped' } | { kind: 'back' };

const DROPPED: Outcome = { kind: 'dropped' };

export const messageOf = (order: JobOrder): Buffer =>
  Buffer.from(JSON.stringify({ jobs: [order] }));

/** Throws `unavailable` when Redis or the broker is away: the job is then begun anew by whoever gets it. */
export async function settleJob(
  ports: WorkerPorts,
  { order, queue, since }: Held,
  end: RunEnd,
): Promise<Outcome> {
  const { id, attempt } = order;
  const worker = ports.id;
  if (end.kind === 'back') {
    await ports.states.release([id], worker);
    return { kind: 'back' };
  }
  if (end.kind === 'later') {
    await ports.broker.publishLater(queue, messageOf(order), end.delayMs);
    await ports.states.release([id], worker);
    return DROPPED;
  }
  const endedAt = ports.clock();
  if (end.kind === 'again') {
    const { error, delayMs } = end;
    // Into the ladder first: a crash between the two steps then runs it twice at most, and never loses it.
    await ports.broker.publishLater(queue, messageOf({ ...order, attempt: attempt + 1 }), delayMs);
    const dueAt = new Date(endedAt.getTime() + delayMs);
    const state = 'waiting';
    const said = { id, attempt, worker, state, endedAt, dueAt, result: null, error } as const;
    if (!(await ports.states.settle(said))) return lost(ports, order);
    ports.changed(order.task, state);
    return DROPPED;
  }
  const { state, result, error } = end;
  const said = { id, attempt, worker, state, endedAt, dueAt: null, result, error };
  if (!(await ports.states.settle(said))) return lost(ports, order);
  ports.changed(order.task, state);
  return {
    kind: 'over',
    job: { order, queue, state, worker, startedAt: since, endedAt, result, error },
  };
}

function lost(ports: WorkerPorts, order: JobOrder): Outcome {
  ports.log.warn(
    { job: order.id, task: order.task },
    'a job was taken over by another worker while this one ran it',
  );
  return DROPPED;
}
