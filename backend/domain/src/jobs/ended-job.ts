// A job that has ended as history takes it, of one that was read back.
import type { FinalState, Job } from '@verity/protocol/jobs/schemas';
import type { EndedJob } from './ports';

export function endedJobOf(job: Job): EndedJob {
  const { queue, state, worker, started_at, ended_at, due_at, duration_ms, ...rest } = job;
  const { progress, result, error, retried_as, ...order } = rest;
  return {
    order,
    queue,
    state: state as FinalState,
    worker,
    startedAt: started_at === null ? null : new Date(started_at),
    endedAt: new Date(ended_at ?? order.enqueued_at),
    result: result === null || result === undefined ? null : JSON.stringify(result),
    error,
  };
}
