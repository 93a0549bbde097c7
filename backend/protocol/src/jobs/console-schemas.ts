// What the console of jobs shows: workers, queues, registered tasks, schedules.
import { z } from 'zod';
import { Instant, JobId } from '../ids';
import { Job, JOB_STATES, JobState, Priority, QueueName, TaskName } from './schemas';

export const WorkerState = z.object({
  id: z.string(),
  host: z.string(),
  pid: z.number().int(),
  started_at: Instant,
  seen_at: Instant,
  queues: z.array(QueueName).readonly(),
  /** Jobs of one queue that run at once. */
  concurrency: z.number().int(),
  active: z.array(z.object({ id: JobId, task: TaskName, since: Instant }).readonly()).readonly(),
  /** In hand and not begun. */
  reserved: z.number().int(),
  /** The first of them; a worker of an older version names none. */
  in_hand: z
    .array(z.object({ id: JobId, task: TaskName, queue: QueueName }).readonly())
    .readonly()
    .default([]),
  /** Ended since the start. */
  ended: z.number().int(),
  rss_bytes: z.number().int(),
});
export type WorkerState = z.infer<typeof WorkerState>;

/** `lost`: no heartbeat for 15 s: it hangs, or it is gone. */
export const ShownWorker = WorkerState.extend({ lost: z.boolean() });
export type ShownWorker = z.infer<typeof ShownWorker>;

export const QueueState = z.object({
  name: QueueName,
  /** Messages that wait; null while the broker does not answer. */
  messages: z.number().int().nullable(),
  consumers: z.number().int().nullable(),
  paused: z.boolean(),
});
export type QueueState = z.infer<typeof QueueState>;

export const ScheduleState = z.object({
  task: TaskName,
  /** Five fields, or six with seconds first. */
  cron: z.string(),
  time_zone: z.string(),
  enabled: z.boolean(),
  missed: z.enum(['once', 'skip']),
  overlap: z.enum(['skip', 'queue']),
  /** What the task declares, when an admin has changed it. */
  declared_cron: z.string(),
  edited_by: z.string().nullable(),
  edited_at: Instant.nullable(),
  last_tick_at: Instant.nullable(),
  /** What became of the last tick: its job, or why there was none. */
  last_outcome: z.enum(['enqueued', 'missed', 'overlap']).nullable(),
  last_job: JobId.nullable(),
  next_at: Instant.nullable(),
});
export type ScheduleState = z.infer<typeof ScheduleState>;

export const RegisteredTask = z.object({
  name: TaskName,
  queue: QueueName,
  about: z.string(),
  /** JSON Schema (draft 2020-12). */
  payload: z.record(z.string(), z.unknown()),
  retry: z.object({ attempts: z.number().int(), firstDelayMs: z.number().int() }),
  timeoutSeconds: z.number().int(),
  rate: z.object({ count: z.number(), perSeconds: z.number() }).nullable(),
  priority: Priority,
  runs: z.enum(['thread', 'beside']),
  scheduled: z.boolean(),
});
export type RegisteredTask = z.infer<typeof RegisteredTask>;

export const TaskStatistics = z.object({
  task: z.string(),
  succeeded: z.number().int(),
  failed: z.number().int(),
  cancelled: z.number().int(),
  /** Ended after more than one run. */
  retried: z.number().int(),
  last: Instant,
  /** Jobs per bucket of duration; the bounds are in `histogram_ms`. */
  histogram: z.array(z.number().int()),
});
export type TaskStatistics = z.infer<typeof TaskStatistics>;

/** `reserved`: queued, and in the hands of the worker that the job then names. */
export const ListedState = z.enum([...JOB_STATES, 'reserved']);
export type ListedState = z.infer<typeof ListedState>;

/** What is under way, over all processes. */
export const JobCounts = z.object({
  queued: z.number().int(),
  /** Tried again later. */
  waiting: z.number().int(),
  active: z.number().int(),
  /** Of those queued, in the hands of workers. */
  reserved: z.number().int(),
  /** Workers that are heard of, and those that have fallen silent. */
  workers: z.number().int(),
  lost: z.number().int(),
});
export type JobCounts = z.infer<typeof JobCounts>;

/** What an operator looks at first; `jobs_update` carries it whenever it changes. */
export const JobsPulse = z.object({
  broker_up: z.boolean(),
  /** Messages that wait for the broker to come back. */
  outbox: z.number().int(),
  queues: z.array(QueueState),
  counts: JobCounts,
});
export type JobsPulse = z.infer<typeof JobsPulse>;

/** Jobs of a task that came into a state. */
export const JobsChanged = z.object({
  task: z.string(),
  state: JobState,
  count: z.number().int().positive(),
});
export type JobsChanged = z.infer<typeof JobsChanged>;

export const JobsCourse = z.object({
  /** Length of one entry of `rates`, and of one of `depth`. */
  rate_seconds: z.number().int(),
  depth_seconds: z.number().int(),
  /** Jobs a minute, mean of whole minutes; the minute that goes on is left out. Oldest first. */
  rates: z.array(
    z.object({ at: Instant, enqueued: z.number(), succeeded: z.number(), failed: z.number() }),
  ),
  /** The most messages that waited in each queue; null where nobody could tell. Oldest first. */
  depth: z.array(
    z.object({ at: Instant, queues: z.record(QueueName, z.number().int().nullable()) }),
  ),
});
export type JobsCourse = z.infer<typeof JobsCourse>;

/** What trying all failed jobs again would do. */
export const RetryPreview = z.object({
  /** Failed jobs that fit the filter and were not tried again yet. */
  total: z.number().int(),
  /** The most that one call tries again. */
  at_once: z.number().int(),
  /** Most jobs first. A task that is not `known` any more is left as it is. */
  tasks: z.array(z.object({ task: z.string(), count: z.number().int(), known: z.boolean() })),
  /** The newest few. */
  first: z.array(Job),
});
export type RetryPreview = z.infer<typeof RetryPreview>;
