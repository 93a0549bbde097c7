// Words of jobs: queues, states, and a job as it is stored, shown and sent.
import { z } from 'zod';
import { Instant, JobId } from '../ids';

/** Queues of RabbitMQ. Captures have a queue with priorities of their own. */
export const QUEUES = [
  'ml_queue',
  'blockchain_queue',
  'policy_queue',
  'default',
  'pcap_queue',
] as const;
export const QueueName = z.enum(QUEUES);
export type QueueName = z.infer<typeof QueueName>;

/** Of a queue with priorities; the others serve in the order of arrival. */
export const PRIORITIES = ['low', 'default', 'high'] as const;
export const Priority = z.enum(PRIORITIES);
export type Priority = z.infer<typeof Priority>;

export const TaskName = z
  .string()
  .regex(/^[a-z][a-z0-9_]{1,60}$/, 'must be the name of a task, e.g. cleanup_cache');
export type TaskName = z.infer<typeof TaskName>;

/**
 * `queued`: in its queue. `active`: a worker runs it. `waiting`: it is tried again later. `succeeded`, `failed` (a
 * dead letter: it is not tried again by itself) and `cancelled` are final.
 */
export const JOB_STATES = [
  'queued',
  'active',
  'waiting',
  'succeeded',
  'failed',
  'cancelled',
] as const;
export const JobState = z.enum(JOB_STATES);
export type JobState = z.infer<typeof JobState>;

export const FINAL_STATES = ['succeeded', 'failed', 'cancelled'] as const satisfies JobState[];
export type FinalState = (typeof FINAL_STATES)[number];

/** `schedule`: a tick. `console`: an admin ran it by hand. `code`: a part of Verity. `retry`: an admin tried it again. */
export const JOB_ORIGINS = ['schedule', 'console', 'code', 'retry'] as const;
export const JobOrigin = z.enum(JOB_ORIGINS);
export type JobOrigin = z.infer<typeof JobOrigin>;

/** Why a job failed for good. */
export const FAILURES = [
  'error',
  'timeout',
  'invalid-payload',
  'unknown-task',
  'malformed',
  'delivered-too-often',
] as const;
export const Failure = z.enum(FAILURES);
export type Failure = z.infer<typeof Failure>;

export const JobError = z.object({
  why: Failure,
  /** What went wrong, without secrets. */
  message: z.string(),
  /** How to mend it. */
  fix: z.string().nullable(),
});
export type JobError = z.infer<typeof JobError>;

export const Progress = z.object({
  done: z.number().nonnegative(),
  total: z.number().nonnegative().nullable(),
  note: z.string().max(200).nullable(),
});
export type Progress = z.infer<typeof Progress>;

/** What travels in a message: enough to run it anywhere. */
export const JobOrder = z.strictObject({
  id: JobId,
  task: TaskName,
  payload: z.unknown(),
  /** 1 at first; 2 and more are tries after a failure. */
  attempt: z.number().int().min(1).max(1000),
  origin: JobOrigin,
  /** `user:…` who ran it by hand; null for a tick or a part of Verity. */
  by: z.string().max(200).nullable(),
  enqueued_at: Instant,
  /** The instant of the tick. */
  scheduled_for: Instant.nullable(),
});
export type JobOrder = z.infer<typeof JobOrder>;

/** An order in JSON, as it travels. */
export interface WrittenOrder {
  readonly id: JobId;
  readonly task: string;
  readonly json: string;
}

/** A message of a queue: one job, or several of a task that were enqueued together. */
export const JobMessage = z.strictObject({ jobs: z.array(JobOrder).min(1).max(500) });
export type JobMessage = z.infer<typeof JobMessage>;

/** Bytes of a payload in JSON. */
export const LARGEST_PAYLOAD = 1_000_000;

export const Job = JobOrder.extend({
  queue: QueueName,
  state: JobState,
  worker: z.string().nullable(),
  started_at: Instant.nullable(),
  ended_at: Instant.nullable(),
  /** When a waiting job is tried again. */
  due_at: Instant.nullable(),
  duration_ms: z.number().nullable(),
  progress: Progress.nullable(),
  result: z.unknown(),
  error: JobError.nullable(),
  /** The job that tried it again. */
  retried_as: JobId.nullable(),
});
export type Job = z.infer<typeof Job>;
