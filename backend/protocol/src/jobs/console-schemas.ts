// What the console of jobs shows: workers, queues, registered tasks, schedules.
import { z } from 'zod';
import { Instant, JobId } from '../ids';
import { JobState, Priority, QueueName, TaskName } from './schemas';

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

export const JobCounts = z.record(JobState, z.number().int());
