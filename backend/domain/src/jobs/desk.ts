// The console of jobs: looks into them, and acts on them for an operator, with a record of each act.
import type { Action } from '@verity/protocol/audit/schemas';
import { Fault } from '@verity/protocol/faults';
import type { JobId } from '@verity/protocol/ids';
import type { QueueState, ShownWorker, WorkerState } from '@verity/protocol/jobs/console-schemas';
import {
  QUEUES,
  type FinalState,
  type Job,
  type JobState,
  type QueueName,
} from '@verity/protocol/jobs/schemas';
import type { Page } from '@verity/protocol/page';
import type { JobFilter, JobHistory, JobStates, TaskSummary } from './ports';
import type { Schedules } from './schedule-ports';
import { isLost, standstillOf } from './standstill';

export interface DeskPorts {
  states: JobStates;
  history: JobHistory & {
    byId(id: JobId): Promise<Job | null>;
    list(
      filter: JobFilter,
      page: { cursor?: string | undefined; limit: number },
    ): Promise<Page<Job>>;
    summarise(since: Date): Promise<TaskSummary[]>;
    /** True for exactly one caller: it may retry the job. */
    claimRetry(id: JobId, as: JobId): Promise<boolean>;
  };
  registry: {
    workers(now: Date): Promise<WorkerState[]>;
    pausedQueues(): Promise<readonly QueueName[]>;
    pause(queue: QueueName, paused: boolean): Promise<boolean>;
  };
  broker: {
    isUp(): boolean;
    depth(queue: QueueName): Promise<{ messages: number; consumers: number }>;
  };
  outbox: { size(): Promise<number> };
  schedules: Schedules;
  enqueue(
    task: string,
    payload: unknown,
    options: { origin: 'console' | 'retry'; by: string; id?: JobId },
  ): Promise<JobId>;
  /** Puts an act of an operator on record. */
  record(entry: {
    actor: string;
    action: Action;
    subject: string;
    outcome: 'success';
    address: string | null;
    details: Record<string, unknown>;
  }): Promise<void>;
  clock: () => Date;
  newId: <Id extends string>() => Id;
}

/** Who acts, as the audit log names it, and from where. */
export interface Operator {
  actor: string;
  address: string | null;
}

const MOST_RETRIED = 1_000;
const MOST_SHOWN = 200;
const TICKS_SHOWN = 50;
const HOUR_MS = 3_600_000;

export type Desk = ReturnType<typeof jobsDesk>;

export function jobsDesk(ports: DeskPorts) {
  const { states, history, registry, broker, clock } = ports;

  const record = (
    { actor, address }: Operator,
    action: Action,
    subject: string,
    details: Record<string, unknown> = {},
  ) => ports.record({ actor, action, subject, outcome: 'success', address, details });

  /** What is under way is in Redis; what ended is there for a day, and in history. */
  const find = async (id: JobId): Promise<Job | null> => {
    const [live, ended] = await Promise.all([states.byId(id), history.byId(id)]);
    return live && live.ended_at === null ? live : (ended ?? live);
  };

  const byId = async (id: JobId): Promise<Job> => {
    const found = await find(id);
    if (found) return found;
    throw new Fault('not-found', 'There is no such job, or its time of retention is over.', {
      fix: 'Look at the id.',
    });
  };

  const shownWorkers = async (): Promise<ShownWorker[]> => {
    const now = clock();
    return (await registry.workers(now))
      .map((worker) => ({
        ...worker,
        lost: isLost(worker, now),
      }))
      .sort((a, b) => a.started_at.localeCompare(b.started_at));
  };

  const queueState = async (name: QueueName, paused: readonly QueueName[]): Promise<QueueState> => {
    const depth = broker.isUp()
      ? await broker.depth(name).catch((error: unknown) => {
          if (error instanceof Fault) return null;
          throw error;
        })
      : null;
    return {
      name,
      messages: depth?.messages ?? null,
      consumers: depth?.consumers ?? null,
      paused: paused.includes(name),
    };
  };

  const fits = (job: Job, { task, queue, origin, q }: JobFilter): boolean =>
    (!task || job.task === task) &&
    (!queue || job.queue === queue) &&
    (!origin || job.origin === origin) &&
    (!q || JSON.stringify([job.id, job.task, job.payload]).toLowerCase().includes(q.toLowerCase()));

  const active = async (): Promise<Job[]> => {
    const ids = (await registry.workers(clock())).flatMap((worker) =>
      worker.active.map(({ id }) => id),
    );
    const found = await Promise.all(ids.slice(0, MOST_SHOWN).map((id) => states.byId(id)));
    return found.filter((job) => job?.state === 'active') as Job[];
  };

  const retryable = (job: Job): boolean =>
    (job.state === 'failed' || job.state === 'cancelled') && !isCut(job.payload);

  return {
    /** Null when it is not known, or no more. */
    find,

    byId,

    /** Why nothing of a queue is begun, in words; null when workers take from it. */
    async standstill(queue: QueueName): Promise<string | null> {
      const now = clock();
      const [paused, workers] = await Promise.all([registry.pausedQueues(), registry.workers(now)]);
      return standstillOf(queue, { brokerUp: broker.isUp(), paused, workers, now });
    },

    /** What is queued, active or waiting is one page of the newest; what ended is paged. */
    async list(
      state: JobState | undefined,
      filter: JobFilter,
      page: { cursor?: string | undefined; limit: number },
    ): Promise<Page<Job>> {
      if (state === 'queued' || state === 'waiting') {
        const { jobs, total } = await states.list(state, MOST_SHOWN);
        const items = jobs.filter((job) => fits(job, filter));
        return {
          items,
          next_cursor: null,
          total: items.length < jobs.length ? items.length : total,
        };
      }
      if (state === 'active') {
        const items = (await active()).filter((job) => fits(job, filter));
        return { items, next_cursor: null, total: items.length };
      }
      const ended: FinalState[] | undefined = state ? [state] : undefined;
      return history.list({ ...filter, state: ended }, page);
    },

    async overview(hours: number) {
      const since = new Date(clock().getTime() - hours * HOUR_MS);
      const [paused, workers, queued, waiting, outbox, statistics] = await Promise.all([
        registry.pausedQueues(),
        shownWorkers(),
        states.list('queued', 0),
        states.list('waiting', 0),
        ports.outbox.size(),
        history.summarise(since),
      ]);
      return {
        broker_up: broker.isUp(),
        outbox,
        queues: await Promise.all(QUEUES.map((queue) => queueState(queue, paused))),
        workers,
        counts: {
          queued: queued.total,
          waiting: waiting.total,
          active: workers.reduce((sum, worker) => sum + worker.active.length, 0),
        },
        statistics: statistics.map((row) => ({ ...row, last: row.last.toISOString() })),
      };
    },

    schedules: () => ports.schedules.list(),

    calendar(hours: number) {
      const from = clock();
      const until = new Date(from.getTime() + hours * HOUR_MS);
      return ports.schedules.calendar(from, until, TICKS_SHOWN);
    },

    async run(task: string, payload: unknown, operator: Operator): Promise<JobId> {
      const id = await ports.enqueue(task, payload, { origin: 'console', by: operator.actor });
      await record(operator, 'job.run', `job:${id}`, { task });
      return id;
    },

    async cancel(id: JobId, operator: Operator): Promise<'cancelled' | 'asked'> {
      const outcome = await states.cancel(id, clock());
      if (outcome === 'cancelled') {
        const job = await states.byId(id);
        if (job) await history.add([job]);
      } else if (outcome !== 'asked') {
        const { state } = await byId(id);
        throw new Fault('conflict', `The job has ended: ${state}.`, {
          fix: 'Nothing is left to cancel.',
        });
      }
      await record(operator, 'job.cancelled', `job:${id}`, { outcome });
      return outcome;
    },

    async retry(id: JobId, operator: Operator): Promise<JobId> {
      const job = await byId(id);
      if (!retryable(job)) {
        throw new Fault(
          'conflict',
          isCut(job.payload)
            ? 'Its payload was too large to be kept whole.'
            : `Only a failed or cancelled job is tried again; this one is ${job.state}.`,
          { fix: 'Run the task anew with a payload of its own.' },
        );
      }
      const as = ports.newId<JobId>();
      if (!(await history.claimRetry(id, as))) {
        throw new Fault('conflict', 'The job was tried again already.', {
          fix: 'Retry the newer job instead, when that one fails too.',
        });
      }
      await ports.enqueue(job.task, job.payload, { origin: 'retry', by: operator.actor, id: as });
      await record(operator, 'job.retried', `job:${id}`, { task: job.task, as: `job:${as}` });
      return as;
    },

    async retryFailed(
      filter: JobFilter,
      operator: Operator,
    ): Promise<{ retried: number; left: number }> {
      let retried = 0;
      let left = 0;
      let cursor: string | undefined;
      do {
        const page = await history.list(
          { ...filter, state: ['failed'] },
          { cursor, limit: MOST_SHOWN },
        );
        for (const job of page.items) {
          const as = ports.newId<JobId>();
          if (!retryable(job) || !(await history.claimRetry(job.id, as))) {
            left++;
            continue;
          }
          try {
            const { actor: by } = operator;
            await ports.enqueue(job.task, job.payload, { origin: 'retry', by, id: as });
            retried++;
          } catch (error) {
            // A task that is gone, or another payload by now: the others may still fit.
            if (!(error instanceof Fault) || error.code !== 'invalid-input') throw error;
            left++;
          }
        }
        cursor = page.next_cursor ?? undefined;
      } while (cursor && retried < MOST_RETRIED);
      await record(operator, 'job.retried', 'jobs:failed', { retried, left, ...words(filter) });
      return { retried, left };
    },

    async pause(queue: QueueName, paused: boolean, operator: Operator): Promise<QueueState> {
      if (await registry.pause(queue, paused)) {
        await record(operator, paused ? 'job.queue_paused' : 'job.queue_resumed', `queue:${queue}`);
      }
      return queueState(queue, await registry.pausedQueues());
    },

    async editSchedule(
      task: string,
      change: { cron?: string | undefined; enabled?: boolean | undefined },
      operator: Operator,
    ) {
      const before = (await ports.schedules.list()).find((schedule) => schedule.task === task);
      const after = await ports.schedules.edit(task, change, operator.actor, clock());
      await record(operator, 'job.schedule_changed', `task:${task}`, {
        before: before && { cron: before.cron, enabled: before.enabled },
        after: { cron: after.cron, enabled: after.enabled },
      });
      return after;
    },

    async resetSchedule(task: string, operator: Operator) {
      const after = await ports.schedules.reset(task, operator.actor, clock());
      await record(operator, 'job.schedule_changed', `task:${task}`, {
        after: { cron: after.cron, enabled: after.enabled, declared: true },
      });
      return after;
    },
  };
}

/** History keeps the beginning of what is too large (`cut`). */
const isCut = (payload: unknown): boolean =>
  typeof payload === 'object' && payload !== null && 'cut' in payload && 'begins' in payload;

const words = ({ task, queue, q, since, until }: JobFilter) => ({
  ...{ task, queue, q },
  since: since?.toISOString(),
  until: until?.toISOString(),
});
