// What can be seen of jobs: what waits, runs and ended, queues, workers, figures, and the ticks to come.
import { Fault } from '@verity/protocol/faults';
import type { JobId } from '@verity/protocol/ids';
import type {
  JobCounts,
  JobsPulse,
  ListedState,
  QueueState,
  RetryPreview,
  ShownWorker,
  TaskStatistics,
  WorkerState,
} from '@verity/protocol/jobs/console-schemas';
import { QUEUES, type FinalState, type Job, type QueueName } from '@verity/protocol/jobs/schemas';
import type { Page } from '@verity/protocol/page';
import type { PageRequest } from '../kernel/page-request';
import { courseOf, minutesOf, SAMPLE_MS } from './course';
import type {
  DepthSample,
  JobFigures,
  JobFilter,
  JobListing,
  JobStates,
  TaskSummary,
} from './ports';
import { fitsLive } from './ports';
import type { Schedules } from './schedule-ports';
import { isLost, standstillOf } from './standstill';

export interface LookPorts {
  states: Pick<JobStates, 'byId'>;
  listing: JobListing;
  figures: JobFigures;
  history: {
    byId(id: JobId): Promise<Job | null>;
    list(filter: JobFilter, page: PageRequest): Promise<Page<Job>>;
    summarise(since: Date): Promise<TaskSummary[]>;
    /** Most jobs first. */
    countByTask(filter: JobFilter): Promise<{ task: string; count: number }[]>;
  };
  registry: {
    workers(now: Date): Promise<WorkerState[]>;
    pausedQueues(): Promise<readonly QueueName[]>;
  };
  broker: {
    isUp(): boolean;
    depth(queue: QueueName): Promise<{ messages: number; consumers: number }>;
  };
  outbox: { size(): Promise<number> };
  schedules: Schedules;
  /** Tasks that this version knows, with their queues. */
  cards: readonly { readonly name: string; readonly queue: QueueName }[];
  clock: () => Date;
}

export type JobPage = Page<Job> & { searched: number | null };

/** Jobs that one call tries again at most. */
export const MOST_RETRIED = 1_000;
const PREVIEWED = 5;
const EXPORTED_AT_ONCE = 200;
const TICKS_SHOWN = 50;
const HOUR_MS = 3_600_000;

export type Look = ReturnType<typeof lookIntoJobs>;

export function lookIntoJobs(ports: LookPorts) {
  const { states, listing, figures, history, registry, broker, clock } = ports;

  const workers = async (): Promise<ShownWorker[]> => {
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

  const pulseOver = async (heard: readonly ShownWorker[]): Promise<JobsPulse> => {
    const [paused, queued, waiting, outbox] = await Promise.all([
      registry.pausedQueues(),
      listing.count('queued'),
      listing.count('waiting'),
      ports.outbox.size(),
    ]);
    const counts: JobCounts = {
      queued,
      waiting,
      active: heard.reduce((sum, worker) => sum + worker.active.length, 0),
      reserved: heard.reduce((sum, worker) => sum + worker.reserved, 0),
      workers: heard.filter(({ lost }) => !lost).length,
      lost: heard.filter(({ lost }) => lost).length,
    };
    const queues = await Promise.all(QUEUES.map((queue) => queueState(queue, paused)));
    return { broker_up: broker.isUp(), outbox, queues, counts };
  };

  /** What workers have in their hands, by their last heartbeats; oldest first. */
  const inHand = async (
    of: 'active' | 'reserved',
    filter: JobFilter,
    { cursor, limit }: PageRequest,
  ): Promise<JobPage> => {
    const held = (await registry.workers(clock())).flatMap((worker) =>
      (of === 'active' ? worker.active : worker.in_hand).map(({ id }) => ({ id, by: worker.id })),
    );
    const found = await Promise.all(
      held.map(async ({ id, by }): Promise<Job[]> => {
        const job = await states.byId(id);
        if (!job || !fitsLive(job, job.queue, filter)) return [];
        if (of === 'active') return job.state === 'active' ? [job] : [];
        return job.ended_at === null ? [{ ...job, worker: by }] : [];
      }),
    );
    const all = [...new Map(found.flat().map((job) => [job.id, job])).values()].sort((a, b) =>
      a.id < b.id ? -1 : 1,
    );
    const rest = cursor === undefined ? all : all.filter(({ id }) => id > cursor);
    const items = rest.slice(0, limit);
    const next = rest.length > limit ? (items.at(-1)?.id ?? null) : null;
    return { items, next_cursor: next, total: all.length, searched: null };
  };

  /** What is under way is in Redis; what ended is there for a day, and in history. Null when it is not known any more. */
  const find = async (id: JobId): Promise<Job | null> => {
    const [live, ended] = await Promise.all([states.byId(id), history.byId(id)]);
    return live && live.ended_at === null ? live : (ended ?? live);
  };

  /** Throws `not-found`. */
  const byId = async (id: JobId): Promise<Job> => {
    const found = await find(id);
    if (found) return found;
    throw new Fault('not-found', 'There is no such job, or its time of retention is over.', {
      fix: 'Look at the id.',
    });
  };

  return {
    workers,
    queueState,

    find,
    byId,

    /** Why nothing of a queue is begun, in words; null when workers take from it. */
    async standstill(queue: QueueName): Promise<string | null> {
      const now = clock();
      const [paused, heard] = await Promise.all([registry.pausedQueues(), registry.workers(now)]);
      return standstillOf(queue, { brokerUp: broker.isUp(), paused, workers: heard, now });
    },

    async list(
      state: ListedState | undefined,
      filter: JobFilter,
      page: PageRequest,
    ): Promise<JobPage> {
      if (state === 'queued' || state === 'waiting') return listing.page(state, filter, page);
      if (state === 'active' || state === 'reserved') return inHand(state, filter, page);
      const ended: FinalState[] | undefined = state ? [state] : undefined;
      return { ...(await history.list({ ...filter, state: ended }, page)), searched: null };
    },

    /** What ended and fits, newest first, some at a time. */
    async *everyEnded(filter: JobFilter): AsyncGenerator<Job[], void, undefined> {
      let cursor: string | undefined;
      do {
        const page = await history.list(filter, { cursor, limit: EXPORTED_AT_ONCE });
        yield page.items;
        cursor = page.next_cursor ?? undefined;
      } while (cursor);
    },

    pulse: async (): Promise<JobsPulse> => pulseOver(await workers()),

    async overview(): Promise<JobsPulse & { workers: ShownWorker[] }> {
      const heard = await workers();
      return { ...(await pulseOver(heard)), workers: heard };
    },

    async statistics(hours: number): Promise<TaskStatistics[]> {
      const rows = await history.summarise(new Date(clock().getTime() - hours * HOUR_MS));
      return rows.map((row) => ({ ...row, last: row.last.toISOString() }));
    },

    /** Rates of a task, or of all of a queue's; the depth is that of all queues. */
    async course(hours: number, of: { task?: string | undefined; queue?: QueueName | undefined }) {
      const now = clock();
      const { from, to } = minutesOf(now, hours);
      const [counts, samples] = await Promise.all([
        figures.minutes(from, to),
        figures.samples(Math.ceil((hours * HOUR_MS) / SAMPLE_MS) + 1),
      ]);
      const queueOf = new Map(ports.cards.map(({ name, queue }) => [name, queue]));
      const wanted = counts.filter(
        ({ task }) =>
          (!of.task || task === of.task) && (!of.queue || queueOf.get(task) === of.queue),
      );
      return courseOf({ now, hours }, wanted, samples);
    },

    /** The depth of every queue now. */
    async sample(): Promise<DepthSample> {
      const states = await Promise.all(QUEUES.map((queue) => queueState(queue, [])));
      const queues = Object.fromEntries(states.map(({ name, messages }) => [name, messages]));
      return { at: clock(), queues: queues as DepthSample['queues'] };
    },

    schedules: () => ports.schedules.list(),

    calendar(hours: number) {
      const from = clock();
      const until = new Date(from.getTime() + hours * HOUR_MS);
      return ports.schedules.calendar(from, until, TICKS_SHOWN);
    },

    async previewRetry(filter: JobFilter): Promise<RetryPreview> {
      const failed: JobFilter = { ...filter, state: ['failed'], retried: false };
      const [counted, { items }] = await Promise.all([
        history.countByTask(failed),
        history.list(failed, { limit: PREVIEWED }),
      ]);
      const known = new Set(ports.cards.map(({ name }) => name));
      return {
        total: counted.reduce((sum, { count }) => sum + count, 0),
        at_once: MOST_RETRIED,
        tasks: counted.map(({ task, count }) => ({ task, count, known: known.has(task) })),
        first: items,
      };
    },
  };
}
