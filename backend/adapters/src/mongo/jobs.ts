// Jobs that have ended, in MongoDB: written in batches, searched by the console, forgotten after the time of retention.
import type { Connection } from 'mongoose';
import { HISTOGRAM_MS } from '@verity/domain/jobs/histogram';
import type { EndedJob, JobFilter, JobHistory, TaskSummary } from '@verity/domain/jobs/ports';
import type { JobId } from '@verity/protocol/ids';
import {
  FINAL_STATES,
  JOB_ORIGINS,
  LARGEST_PAYLOAD,
  QUEUES,
  type Job,
  type JobError,
} from '@verity/protocol/jobs/schemas';
import { GroupCommit } from '../group-commit';
import { mapPage, pageOf, type PageRequest } from './paging';
import { daysAfter } from './retention';
import { contains } from './search';
import { declareCollection, EXPIRES, op, Store, type Filter } from './store';

interface JobDocument {
  _id: JobId;
  task: string;
  queue: string;
  state: string;
  attempt: number;
  origin: string;
  by: string | null;
  /** As JSON: whatever keys it has, they are not the database's concern. */
  payload: string;
  result: string | null;
  error: JobError | null;
  worker: string | null;
  enqueued_at: Date;
  scheduled_for: Date | null;
  started_at: Date | null;
  ended_at: Date;
  duration_ms: number | null;
  retried_as: JobId | null;
  expireAt: Date;
}

export const jobs = declareCollection(
  'jobs',
  {
    _id: String,
    task: { type: String, required: true },
    queue: { type: String, enum: QUEUES, required: true },
    state: { type: String, enum: FINAL_STATES, required: true },
    attempt: { type: Number, required: true },
    origin: { type: String, enum: JOB_ORIGINS, required: true },
    by: String,
    payload: { type: String, required: true },
    result: String,
    error: Object,
    worker: String,
    enqueued_at: { type: Date, required: true },
    scheduled_for: Date,
    started_at: Date,
    ended_at: { type: Date, required: true },
    duration_ms: Number,
    retried_as: String,
    expireAt: { type: Date, required: true },
  },
  [
    [{ ended_at: -1, _id: -1 }],
    [{ task: 1, ended_at: -1, _id: -1 }],
    // Most succeed: those that did not are few, and looked for.
    [
      { state: 1, ended_at: -1, _id: -1 },
      { partialFilterExpression: { state: op({ $in: ['failed', 'cancelled'] }) } },
    ],
    EXPIRES,
  ],
);

/** Larger results and payloads are cut away from history. */
const LARGEST_KEPT = 20_000;
const BATCHES = { perFlush: 500, flushes: 2, waiting: 100_000 };
const NEWEST_FIRST = { field: 'ended_at', direction: -1 } as const;

export class MongoJobs implements JobHistory {
  readonly #store: Store<JobDocument>;
  readonly #days: number;
  /** Jobs that end while a batch is being written share the next one. */
  readonly #ended: GroupCommit<EndedJob, true>;

  constructor(connection: Connection, days: number) {
    this.#store = new Store(connection, jobs);
    this.#days = days;
    this.#ended = new GroupCommit(async (ended) => {
      await this.#store.insertMissing(ended.map((job) => this.#toDocument(job)));
      return ended.map((): true => true);
    }, BATCHES);
  }

  async add(ended: readonly EndedJob[]) {
    await Promise.all(ended.map((job) => this.#ended.add(job)));
  }

  async byId(id: JobId) {
    const found = await this.#store.one({ _id: id });
    return found && toJob(found);
  }

  async list(filter: JobFilter, request: PageRequest) {
    return mapPage(await pageOf(this.#store, condition(filter), NEWEST_FIRST, request), toJob);
  }

  claimRetry(id: JobId, as: JobId) {
    const which = { _id: id, state: op({ $in: ['failed', 'cancelled'] }), retried_as: null };
    return this.#store.changed(which, { $set: { retried_as: as } });
  }

  /** The retry that was claimed did not come about. */
  async giveBackRetry(id: JobId, as: JobId) {
    await this.#store.changed({ _id: id, retried_as: as }, { $set: { retried_as: null } });
  }

  /** Most jobs first. */
  countByTask(filter: JobFilter) {
    return this.#store.aggregate<{ task: string; count: number }>([
      { $match: condition(filter) },
      { $group: { _id: '$task', count: { $sum: 1 } } },
      { $sort: { count: -1, _id: 1 } },
      { $project: { _id: 0, task: '$_id', count: 1 } },
    ]);
  }

  async summarise(since: Date): Promise<TaskSummary[]> {
    return this.#store.aggregate<TaskSummary>([
      { $match: { ended_at: { $gte: since } } },
      {
        $group: {
          _id: '$task',
          succeeded: { $sum: { $cond: [{ $eq: ['$state', 'succeeded'] }, 1, 0] } },
          failed: { $sum: { $cond: [{ $eq: ['$state', 'failed'] }, 1, 0] } },
          cancelled: { $sum: { $cond: [{ $eq: ['$state', 'cancelled'] }, 1, 0] } },
          retried: { $sum: { $cond: [{ $gt: ['$attempt', 1] }, 1, 0] } },
          last: { $max: '$ended_at' },
          ...Object.fromEntries(
            HISTOGRAM_MS.map((upTo, index) => [
              `h${index}`,
              {
                $sum: {
                  $cond: [
                    {
                      $and: [
                        { $gte: ['$duration_ms', index === 0 ? 0 : HISTOGRAM_MS[index - 1]] },
                        { $lt: ['$duration_ms', upTo] },
                      ],
                    },
                    1,
                    0,
                  ],
                },
              },
            ]),
          ),
        },
      },
      {
        $project: {
          _id: 0,
          task: '$_id',
          succeeded: 1,
          failed: 1,
          cancelled: 1,
          retried: 1,
          last: 1,
          histogram: HISTOGRAM_MS.map((_, index) => `$h${index}`),
        },
      },
      { $sort: { task: 1 } },
    ]);
  }

  #toDocument(job: EndedJob): JobDocument {
    const { order, queue, state, worker, startedAt, endedAt, result, error } = job;
    const payload = JSON.stringify(order.payload ?? null);
    return {
      _id: order.id,
      task: order.task,
      queue,
      state,
      attempt: order.attempt,
      origin: order.origin,
      by: order.by,
      // What failed may be tried again: whole, as large as a payload may be.
      payload: cut(payload, state === 'succeeded' ? LARGEST_KEPT : LARGEST_PAYLOAD),
      result: result === null ? null : cut(result, LARGEST_KEPT),
      error,
      worker,
      enqueued_at: new Date(order.enqueued_at),
      scheduled_for: order.scheduled_for === null ? null : new Date(order.scheduled_for),
      started_at: startedAt,
      ended_at: endedAt,
      duration_ms: startedAt && Math.max(0, endedAt.getTime() - startedAt.getTime()),
      retried_as: null,
      expireAt: daysAfter(endedAt, this.#days),
    };
  }
}

const cut = (json: string, longest: number): string =>
  json.length <= longest
    ? json
    : JSON.stringify({ cut: true, bytes: json.length, begins: json.slice(0, 500) });

function toJob({ _id, expireAt: _, payload, result, ...rest }: JobDocument): Job {
  const iso = (date: Date | null | undefined): string | null => date?.toISOString() ?? null;
  return {
    ...(rest as unknown as Pick<Job, 'task' | 'queue' | 'state' | 'origin' | 'attempt'>),
    id: _id,
    by: rest.by ?? null,
    worker: rest.worker ?? null,
    error: rest.error ?? null,
    payload: JSON.parse(payload),
    result: result ? JSON.parse(result) : null,
    enqueued_at: rest.enqueued_at.toISOString(),
    scheduled_for: iso(rest.scheduled_for),
    started_at: iso(rest.started_at),
    ended_at: iso(rest.ended_at),
    due_at: null,
    duration_ms: rest.duration_ms ?? null,
    retried_as: rest.retried_as ?? null,
    progress: null,
  };
}

function condition({ task, queue, state, origin, since, until, q, retried }: JobFilter): Filter {
  return {
    ...(task ? { task } : {}),
    ...(queue ? { queue } : {}),
    ...(state ? { state: op({ $in: state }) } : {}),
    ...(origin ? { origin } : {}),
    ...(retried === undefined ? {} : { retried_as: retried ? op({ $ne: null }) : null }),
    ...(since || until
      ? { ended_at: op({ ...(since ? { $gte: since } : {}), ...(until ? { $lt: until } : {}) }) }
      : {}),
    ...(q ? contains(q, ['_id', 'task', 'payload', 'result', 'error.message', 'by']) : {}),
  };
}
