// HTTP routes of jobs: the console.
import { z } from 'zod';
import { Instant, JobId } from '../ids';
import { page, PageQuery } from '../page';
import { routes } from '../route';
import {
  JobsCourse,
  JobsPulse,
  ListedState,
  QueueState,
  RegisteredTask,
  RetryPreview,
  ScheduleState,
  ShownWorker,
  TaskStatistics,
} from './console-schemas';
import { FINAL_STATES, Job, JobOrigin, QueueName, TaskName } from './schemas';

const admin = { roles: ['admin'] } as const;
const params = z.strictObject({ id: JobId });
const ofTask = z.strictObject({ task: TaskName });
const ofQueue = z.strictObject({ queue: QueueName });

const JobQuery = {
  task: z.string().max(60).optional(),
  queue: QueueName.optional(),
  origin: JobOrigin.optional(),
  since: Instant.optional(),
  until: Instant.optional(),
  q: z.string().trim().max(100).optional(),
};

const exported = {
  subject: 'jobs',
  who: admin,
  sensitivity: 'high',
  perMinute: 10,
  query: z.strictObject({ ...JobQuery, state: z.enum(FINAL_STATES).optional() }),
} as const;

export const jobRoutes = routes({
  'GET /api/v1/jobs': {
    summary: 'Jobs of a state: what waits, next first; what runs; what ended, newest first',
    subject: 'jobs',
    who: admin,
    sensitivity: 'medium',
    query: z.strictObject({ ...PageQuery, ...JobQuery, state: ListedState.optional() }),
    reply: page(Job).extend({
      /** How many of those that wait were looked at for the filter; null when it was all of them. */
      searched: z.number().int().nullable(),
    }),
  },
  'GET /api/v1/jobs/export/jsonl': {
    summary: 'What ended as JSON lines, one job each, newest first, with the filter in force',
    ...exported,
    reply: 'application/x-ndjson; charset=utf-8',
  },
  'GET /api/v1/jobs/export/csv': {
    summary: 'The same as CSV; payload and result as JSON in a cell',
    ...exported,
    reply: 'text/csv; charset=utf-8',
  },
  'GET /api/v1/jobs/overview': {
    summary: 'Queues, workers, what waits and runs',
    subject: 'jobs',
    who: admin,
    sensitivity: 'medium',
    reply: JobsPulse.extend({ workers: z.array(ShownWorker) }),
  },
  'GET /api/v1/jobs/statistics': {
    summary: 'What each task did, and how long its jobs took',
    subject: 'jobs',
    who: admin,
    sensitivity: 'medium',
    query: z.strictObject({ hours: z.coerce.number().int().min(1).max(720).default(24) }),
    reply: z.object({
      /** Upper bounds of the buckets of `items`, milliseconds. */
      histogram_ms: z.array(z.number()),
      items: z.array(TaskStatistics),
    }),
  },
  'GET /api/v1/jobs/course': {
    summary: 'Rates of jobs and depth of queues over the last hours',
    subject: 'jobs',
    who: admin,
    sensitivity: 'medium',
    query: z.strictObject({
      hours: z.coerce.number().int().min(1).max(24).default(1),
      task: JobQuery.task,
      queue: JobQuery.queue,
    }),
    reply: JobsCourse,
  },
  'GET /api/v1/jobs/tasks': {
    summary: 'Registered tasks with the schema of their payloads',
    subject: 'jobs',
    who: admin,
    sensitivity: 'low',
    reply: z.object({ items: z.array(RegisteredTask) }),
  },
  'GET /api/v1/jobs/schedules': {
    summary: 'Schedules with their last and next tick',
    subject: 'jobs',
    who: admin,
    sensitivity: 'low',
    reply: z.object({ items: z.array(ScheduleState) }),
  },
  'PATCH /api/v1/jobs/schedules/:task': {
    summary: 'Change when a task is ticked, or switch it off and on',
    subject: 'jobs',
    who: admin,
    sensitivity: 'high',
    params: ofTask,
    body: z
      .strictObject({
        cron: z.string().trim().min(1).max(100).optional(),
        enabled: z.boolean().optional(),
      })
      .refine(({ cron, enabled }) => cron !== undefined || enabled !== undefined, {
        message: 'must change cron, enabled, or both',
      }),
    reply: ScheduleState,
  },
  'POST /api/v1/jobs/schedules/:task/reset': {
    summary: 'Give a schedule back what its task declares',
    subject: 'jobs',
    who: admin,
    sensitivity: 'high',
    params: ofTask,
    reply: ScheduleState,
  },
  'GET /api/v1/jobs/calendar': {
    summary: 'The ticks to come',
    subject: 'jobs',
    who: admin,
    sensitivity: 'low',
    query: z.strictObject({ hours: z.coerce.number().int().min(1).max(744).default(24) }),
    reply: z.object({
      /** Tasks that are ticked more often than fits are cut after 50. */
      items: z.array(z.object({ task: TaskName, at: Instant })),
    }),
  },
  'GET /api/v1/jobs/retry-failed': {
    summary: 'What trying every failed job again that fits would do; nothing is done',
    subject: 'jobs',
    who: admin,
    sensitivity: 'medium',
    query: z.strictObject(JobQuery),
    reply: RetryPreview,
  },
  'GET /api/v1/jobs/:id': {
    summary: 'One job with its payload, result and error',
    subject: 'jobs',
    who: admin,
    sensitivity: 'medium',
    params,
    reply: Job,
  },
  'POST /api/v1/jobs': {
    summary: 'Run a task now',
    subject: 'jobs',
    who: admin,
    sensitivity: 'high',
    body: z.strictObject({ task: TaskName, payload: z.record(z.string(), z.unknown()) }),
    faults: ['too-large', 'unavailable', 'back-pressure'],
    reply: z.object({ id: JobId }),
  },
  'POST /api/v1/jobs/:id/cancel': {
    summary: 'Cancel a job that waits, or ask one that runs to stop',
    subject: 'jobs',
    who: admin,
    sensitivity: 'high',
    params,
    faults: ['conflict'],
    /** `asked`: its worker stops it within seconds. */
    reply: z.object({ outcome: z.enum(['cancelled', 'asked']) }),
  },
  'POST /api/v1/jobs/:id/retry': {
    summary: 'Try a failed or cancelled job again, as a new job',
    subject: 'jobs',
    who: admin,
    sensitivity: 'high',
    params,
    faults: ['conflict', 'unavailable'],
    reply: z.object({ id: JobId }),
  },
  'POST /api/v1/jobs/retry-failed': {
    summary: 'Try every failed job again that fits, as new jobs; 1,000 at most',
    subject: 'jobs',
    who: admin,
    sensitivity: 'high',
    body: z.strictObject(JobQuery),
    faults: ['unavailable'],
    reply: z.object({
      retried: z.number().int(),
      /** Not tried again: the task is gone, or the payload was not kept whole. */
      left: z.number().int(),
    }),
  },
  'POST /api/v1/jobs/queues/:queue/pause': {
    summary: 'Have workers take nothing from a queue; what runs is finished',
    subject: 'jobs',
    who: admin,
    sensitivity: 'high',
    params: ofQueue,
    reply: QueueState,
  },
  'POST /api/v1/jobs/queues/:queue/resume': {
    summary: 'Have workers take from a queue again',
    subject: 'jobs',
    who: admin,
    sensitivity: 'high',
    params: ofQueue,
    reply: QueueState,
  },
});
