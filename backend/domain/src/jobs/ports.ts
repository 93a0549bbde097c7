// What jobs need of the world: the state of each in Redis, their history, and who works.
import type {
  FinalState,
  Job,
  JobError,
  JobOrder,
  Progress,
  QueueName,
} from '@verity/protocol/jobs/schemas';
import type { JobId } from '@verity/protocol/ids';

/**
 * What a worker learns of a job that it wants to run: `run`: it is the worker's for the time of the lease. `done`:
 * it came to its end before, and was delivered again. `stale`: a later attempt exists. `held`: another worker has it.
 * `mine`: this worker has it already.
 */
export type Claim = 'run' | 'done' | 'cancelled' | 'stale' | 'held' | 'mine';

export interface Settlement {
  readonly id: JobId;
  readonly attempt: number;
  readonly worker: string;
  readonly state: FinalState | 'waiting';
  readonly endedAt: Date;
  /** Of a waiting job. */
  readonly dueAt: Date | null;
  /** JSON of the result, null when there is none. */
  readonly result: string | null;
  readonly error: JobError | null;
}

/** The state of jobs that are under way or have just ended, shared by all processes. */
export interface JobStates {
  /** Notes that they are in their queue; what is known already is left alone. */
  enqueued(jobs: readonly { order: JobOrder; queue: QueueName }[]): Promise<void>;
  claim(order: JobOrder, queue: QueueName, worker: string): Promise<Claim>;
  /** Lengthens the leases of a worker; answers those that it has lost, and those that it is asked to stop. */
  renew(ids: readonly JobId[], worker: string): Promise<{ lost: JobId[]; asked: JobId[] }>;
  /** False when the claim was lost: what this worker did does not count. */
  settle(settlement: Settlement): Promise<boolean>;
  /** Gives claims back, so that another may run them at once. */
  release(ids: readonly JobId[], worker: string): Promise<void>;
  progress(id: JobId, progress: Progress): Promise<void>;
  byId(id: JobId): Promise<Job | null>;
  /** Newest first, `limit` at most, of those that are `queued` or `waiting`, and how many there are in all. */
  list(state: 'queued' | 'waiting', limit: number): Promise<{ jobs: Job[]; total: number }>;
  /** `queued` and `waiting` jobs end as cancelled; an `active` one is asked to stop. */
  cancel(id: JobId, at: Date): Promise<'cancelled' | 'asked' | 'over' | 'unknown'>;
}

/** Jobs that have ended, kept by the setting of retention. */
export interface JobHistory {
  /** Adds ended jobs; one that is there already is left alone. */
  add(jobs: readonly Job[]): Promise<void>;
}

export interface JobFilter {
  task?: string | undefined;
  queue?: QueueName | undefined;
  state?: readonly FinalState[] | undefined;
  origin?: JobOrder['origin'] | undefined;
  /** Ended within. */
  since?: Date | undefined;
  until?: Date | undefined;
  /** Contained in payload, result, error or id. */
  q?: string | undefined;
}

/** What a task did over a time; `histogram` counts durations in buckets of powers of four of a millisecond. */
export interface TaskSummary {
  task: string;
  succeeded: number;
  failed: number;
  cancelled: number;
  retried: number;
  last: Date;
  histogram: number[];
}
