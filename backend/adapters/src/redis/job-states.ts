// The state of jobs in Redis: claims with leases, results for a day, failures for a week.
import type { JobStates, Settlement, Claim } from '@verity/domain/jobs/ports';
import type { Clock } from '@verity/domain/kernel/ports';
import type { JobId } from '@verity/protocol/ids';
import type { Job, JobOrder, JobState, QueueName } from '@verity/protocol/jobs/schemas';
import { JobError, Progress } from '@verity/protocol/jobs/schemas';
import { answer, type RedisConnections } from './connect';
import { GroupCommit } from '../group-commit';
import { CANCEL, CLAIM, ENQUEUED, RELEASE, RENEW, SETTLE } from './lua/jobs';
import { script } from './script';

/** Everything of jobs lies in one slot of a cluster: its steps touch several keys. */
export const key = (name: string): string => `{jobs}:${name}`;
export const ofJob = (id: JobId): string => key(`job:${id}`);
const SETS = [key('queued'), key('waiting')];

const HOUR = 3_600;
const DAY = 24 * HOUR;
/** Of a job that is not over: as long as a failure. */
const LIVING = 7 * DAY;
/** Larger orders are kept by the broker alone: Redis shows such a job without its payload. */
const LARGEST_KEPT_ORDER = 8_192;

export interface JobStateSettings {
  /** A worker that is silent for so long has lost its jobs. */
  leaseMs: number;
}

const enqueued = script(ENQUEUED);
const claim = script(CLAIM);
const settle = script(SETTLE);
const renew = script(RENEW);
const release = script(RELEASE);
const cancel = script(CANCEL);

const LIMITS = { perFlush: 200, flushes: 2, waiting: 100_000 };

export function createJobStates(
  { commands }: Pick<RedisConnections, 'commands'>,
  clock: Clock,
  settings: JobStateSettings = { leaseMs: 30_000 },
): JobStates {
  interface Claimed {
    order: JobOrder;
    queue: QueueName;
    worker: string;
  }
  const claims = new GroupCommit<Claimed, Claim>(async (items) => {
    const now = clock().getTime();
    const answers = await claim.run(
      commands,
      [...SETS, ...items.map(({ order }) => ofJob(order.id))],
      [
        LIVING,
        now,
        now + settings.leaseMs,
        ...items.flatMap(({ order, queue, worker }) => [
          order.id,
          order.attempt,
          kept(order),
          queue,
          worker,
        ]),
      ],
    );
    return answers as Claim[];
  }, LIMITS);
  const settlements = new GroupCommit<Settlement, boolean>(async (items) => {
    const answers = await settle.run(
      commands,
      [...SETS, ...items.map(({ id }) => ofJob(id))],
      items.flatMap((item) => [
        item.id,
        item.attempt,
        item.worker,
        item.state,
        item.endedAt.getTime(),
        item.dueAt?.getTime() ?? '',
        item.result ?? '',
        item.error ? JSON.stringify(item.error) : '',
        ttlOf(item),
      ]),
    );
    return (answers as number[]).map((held) => held === 1);
  }, LIMITS);

  const read = async (id: JobId): Promise<Job | null> =>
    toJob(await answer(commands.hgetall(ofJob(id))));

  return {
    async enqueued(jobs) {
      await enqueued.run(
        commands,
        [...SETS, ...jobs.map(({ order }) => ofJob(order.id))],
        [
          LIVING,
          ...jobs.flatMap(({ order, queue }) => [
            order.id,
            kept(order),
            queue,
            Date.parse(order.enqueued_at),
          ]),
        ],
      );
    },
    claim: (order, queue, worker) => claims.add({ order, queue, worker }),
    async renew(ids, worker) {
      if (ids.length === 0) return { lost: [], asked: [] };
      const now = clock().getTime();
      const answers = (await renew.run(
        commands,
        [...SETS, ...ids.map(ofJob)],
        [worker, now + settings.leaseMs],
      )) as number[];
      return {
        lost: ids.filter((_, index) => answers[index] === 0),
        asked: ids.filter((_, index) => answers[index] === 2),
      };
    },
    settle: (settlement) => settlements.add(settlement),
    async release(ids, worker) {
      if (ids.length === 0) return;
      await release.run(
        commands,
        [...SETS, ...ids.map(ofJob)],
        [worker, clock().getTime(), ...ids],
      );
    },
    async progress(id, progress) {
      await answer(commands.hset(ofJob(id), 'p', JSON.stringify(progress)));
    },
    byId: read,
    async cancel(id, at) {
      const verdict = await cancel.run(commands, [...SETS, ofJob(id)], [id, at.getTime(), DAY]);
      return verdict as 'cancelled' | 'asked' | 'over' | 'unknown';
    },
  };
}

function kept(order: JobOrder): string {
  const text = JSON.stringify(order);
  return text.length <= LARGEST_KEPT_ORDER ? text : JSON.stringify({ ...order, payload: null });
}

/** Without a result only the fact remains, for as long as a message may come twice. */
function ttlOf({ state, result }: Settlement): number {
  if (state === 'waiting' || state === 'failed') return LIVING;
  return state === 'succeeded' && result === null ? HOUR : DAY;
}

/** Null for what is no job, e.g. gone. */
export function toJob(hash: Record<string, string>): Job | null {
  if (!hash.o || !hash.s) return null;
  const instant = (ms: string | undefined): string | null =>
    ms ? new Date(Number(ms)).toISOString() : null;
  const state = hash.s as JobState;
  const over = state !== 'queued' && state !== 'active' && state !== 'waiting';
  const started = hash.t0 ? Number(hash.t0) : null;
  const ended = hash.t1 && (over || state === 'waiting') ? Number(hash.t1) : null;
  return {
    ...(JSON.parse(hash.o) as JobOrder),
    attempt: Number(hash.a ?? 1),
    queue: hash.q as QueueName,
    state,
    worker: state === 'queued' ? null : (hash.w ?? null),
    started_at: state === 'queued' ? null : instant(hash.t0),
    ended_at: over ? instant(hash.t1) : null,
    due_at: state === 'waiting' ? instant(hash.d) : null,
    duration_ms: started !== null && ended !== null ? Math.max(0, ended - started) : null,
    progress: hash.p ? Progress.parse(JSON.parse(hash.p)) : null,
    result: hash.r ? JSON.parse(hash.r) : null,
    retried_as: null,
    error: hash.e ? JobError.parse(JSON.parse(hash.e)) : null,
  };
}
