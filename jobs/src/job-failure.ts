// What a failure of a job means: whether another try can help, and what is told about it.
import { Fault } from '@verity/protocol/faults';
import type { JobError } from '@verity/protocol/jobs/schemas';

/** Faults that the same payload meets again, however often it is tried. */
const FINAL_FAULTS = new Set([
  'invalid-input',
  'not-found',
  'not-allowed',
  'conflict',
  'too-large',
]);

/** A run that took longer than its task allows. */
export class TimedOut extends Error {
  constructor(readonly seconds: number) {
    super(`It was stopped after ${seconds} s, the longest that its task allows.`);
    this.name = 'TimedOut';
  }
}

/** An admin asked for the end of the run. */
export class Cancelled extends Error {
  constructor() {
    super('It was cancelled.');
    this.name = 'Cancelled';
  }
}

/** The worker ends: the job goes back to its queue. */
export class WorkerEnds extends Error {
  constructor() {
    super('The worker ends.');
    this.name = 'WorkerEnds';
  }
}

export function failureOf(error: unknown): { error: JobError; again: boolean } {
  if (error instanceof TimedOut) {
    return {
      again: true,
      error: { why: 'timeout', message: error.message, fix: 'See why it is slow, then retry it.' },
    };
  }
  if (error instanceof Fault) {
    return {
      again: !FINAL_FAULTS.has(error.code),
      error: { why: 'error', message: error.message, fix: error.fix ?? null },
    };
  }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return {
    again: true,
    error: { why: 'error', message: message.slice(0, 2_000), fix: null },
  };
}
