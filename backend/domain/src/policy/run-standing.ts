// How a run stands by the job that does it: it ends with its job, and tells what it waits for.
import type { Job } from '@verity/protocol/jobs/schemas';
import type { PolicyRun } from '@verity/protocol/policy/runs';

type RunsJob = Pick<Job, 'state' | 'error' | 'due_at'>;

/** A run is written before its job is: so long it may be without one. */
const JOB_COMES_WITHIN_MS = 60_000;

/** The run waits or is being done, as far as it knows. */
export const isGoing = ({ state }: Pick<PolicyRun, 'state'>): boolean =>
  state === 'queued' || state === 'running';

/**
 * How a run that goes on has to end because of its job; null when it goes on. A job that succeeded has ended its run
 * itself, a moment before.
 */
export function endByJob(
  run: Pick<PolicyRun, 'asked_at'>,
  job: RunsJob | null,
  now: Date,
): { state: 'failed'; problem: string } | { state: 'cancelled' } | null {
  if (!job) {
    if (now.getTime() - Date.parse(run.asked_at) < JOB_COMES_WITHIN_MS) return null;
    return { state: 'failed', problem: 'Its job is not known any more. Ask for it again.' };
  }
  if (job.state === 'cancelled') return { state: 'cancelled' };
  if (job.state !== 'failed') return null;
  const { message, fix } = job.error ?? { message: 'Its job failed.', fix: null };
  return { state: 'failed', problem: fix ? `${message} ${fix}` : message };
}

/**
 * What a run waits for, in words; null while it goes on and when it is over.
 * @param standstill why nothing of its queue is begun; null when workers take from it
 */
export function waitsFor(
  run: Pick<PolicyRun, 'state'>,
  job: RunsJob | null,
  standstill: string | null,
): string | null {
  if (!isGoing(run)) return null;
  if (job?.state === 'waiting') {
    const problem = job.error ? `: ${job.error.message}` : '.';
    return `It did not succeed and is tried again${problem}`;
  }
  if (job?.state === 'active') return null;
  return standstill ?? 'Others are before it.';
}
