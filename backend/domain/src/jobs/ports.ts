// What jobs need of the world: the state of each in Redis, their history, and who works.
import type {
  FinalState,
  Job,
  JobError,
  JobOrder,
  JobState,
  Progress,
  QueueName,
  WrittenOrder,
} from '@verity/protocol/jobs/schemas';
import type { JobId } from '@verity/protocol/ids';
import type { Page } from '@verity/protocol/page';
import type { PageRequest } from '../kernel/page-request';

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
  enqueued(queue: QueueName, orders: readonly WrittenOrder[]): Promise<void>;
  /** An answer for each. */
  claim(orders: readonly JobOrder[], queue: QueueName, worker: string): Promise<Claim[]>;
  /** Lengthens the leases of a worker; answers those that it has lost, and those that it is asked to stop. */
  renew(ids: readonly JobId[], worker: string): Promise<{ lost: JobId[]; asked: JobId[] }>;
  /** False when the claim was lost: what this worker did does not count. */
  settle(settlement: Settlement): Promise<boolean>;
  /** Gives claims back, so that another may run them at once. */
  release(ids: readonly JobId[], worker: string): Promise<void>;
  progress(id: JobId, progress: Progress): Promise<void>;
  byId(id: JobId): Promise<Job | null>;
  /** `queued` and `waiting` jobs end as cancelled; an `active` one is asked to stop. */
  cancel(id: JobId, at: Date): Promise<'cancelled' | 'asked' | 'over' | 'unknown'>;
}

/** Jobs that wait: in their queues, or for another try. */
export interface JobListing {
  count(state: 'queued' | 'waiting'): Promise<number>;
  /**
   * What is next first. A filter looks at the first ten thousand and says so in `searched`; without one all are
   * paged. Throws `invalid-input` for a cursor of another list.
   */
  page(
    state: 'queued' | 'waiting',
    filter: JobFilter,
    page: PageRequest,
  ): Promise<Page<Job> & { searched: number | null }>;
}

/** Jobs of a task that came into a state within a minute; `minute` counts from 1970. */
export interface MinuteCount {
  minute: number;
  task: string;
  state: JobState;
  count: number;
}

/** Messages of each queue at a moment; null where the broker did not answer. */
export interface DepthSample {
  at: Date;
  queues: Record<QueueName, number | null>;
}

/** What has been counted over the last day, by all processes together. */
export interface JobFigures {
  /** Of the minutes from one up to another, both included. */
  minutes(from: number, to: number): Promise<MinuteCount[]>;
  /** Newest first. */
  samples(limit: number): Promise<DepthSample[]>;
}

/** A job at its end, as a worker knows it. */
export interface EndedJob {
  readonly order: JobOrder;
  readonly queue: QueueName;
  readonly state: FinalState;
  readonly worker: string | null;
  readonly startedAt: Date | null;
  readonly endedAt: Date;
  /** In JSON, null when there is none. */
  readonly result: string | null;
  readonly error: JobError | null;
}

/** Jobs that have ended, kept by the setting of retention. */
export interface JobHistory {
  /** Adds ended jobs; one that is there already is left alone. */
  add(jobs: readonly EndedJob[]): Promise<void>;
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
  /** Whether it was tried again already. */
  retried?: boolean | undefined;
}

/** True for a job that is not over and fits: its order says all that it can be found by. */
export function fitsLive(
  order: JobOrder,
  queue: QueueName,
  { task, queue: wanted, origin, q }: JobFilter,
): boolean {
  if ((task && order.task !== task) || (wanted && queue !== wanted)) return false;
  if (origin && order.origin !== origin) return false;
  if (!q) return true;
  const text = JSON.stringify([order.id, order.task, order.payload, order.by]).toLowerCase();
  return text.includes(q.toLowerCase());
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
