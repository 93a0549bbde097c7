// The state of jobs in Redis: claims with leases, results for a day, failures for a week.
import type { JobStates, Settlement, Claim } from '@verity/domain/jobs/ports';
import type { Clock } from '@verity/domain/kernel/ports';
import type { JobId } from '@verity/protocol/ids';
import type { Job } from '@verity/protocol/jobs/schemas';
import { GroupCommit } from '../group-commit';
import { answer, type RedisConnections } from './connect';
import { bucketOf, packOrder, packTail, unpackJob } from './job-record';
import { CANCEL, CLAIM, ENQUEUED, RELEASE, RENEW, SETTLE } from './lua/jobs';
import { script } from './script';

/** Everything of jobs lies in one slot of a cluster: its steps touch several keys. */
export const key = (name: string): string => `{jobs}:${name}`;
const SETS = [key('queued'), key('waiting')];
export const statesOf = (bucket: string): string => key(`states:${bucket}`);
export const ordersOf = (bucket: string): string => key(`orders:${bucket}`);

const HOUR = 3_600;
const DAY = 24 * HOUR;
/** Of a job that is not over: as long as a failure. */
const LIVING = 7 * DAY;
/** Of orders that are over: history has them. */
const ORDERS_OVER = HOUR;

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

const LIMITS = { perFlush: 500, flushes: 2, waiting: 100_000 };

export function createJobStates(
  { commands }: Pick<RedisConnections, 'commands'>,
  clock: Clock,
  settings: JobStateSettings = { leaseMs: 30_000 },
): JobStates {
  const settlements = new GroupCommit<Settlement, boolean>(async (items) => {
    const { keys, groups, places } = byBucket(items);
    const told = groups.flatMap((group) => [
      group.length,
      ...group.flatMap((item) => [
        ...[item.id, item.attempt, item.worker, item.state, item.endedAt.getTime()],
        ...[item.dueAt?.getTime() ?? 0, packTail(item.result, item.error)],
      ]),
    ]);
    const answers = await settle.run(commands, keys, [DAY, ORDERS_OVER, ...told]);
    return inOrder<number>(places, answers).map((held) => held === 1);
  }, LIMITS);

  const noteOrders = async (orders: readonly { id: JobId; text: string }[]): Promise<void> => {
    for (const { id, text } of orders) {
      const orders = ordersOf(bucketOf(id));
      await Promise.all([
        answer(commands.hset(orders, id, text)),
        answer(commands.expire(orders, LIVING)),
      ]);
    }
  };

  return {
    async enqueued(queue, orders) {
      const { keys, groups } = byBucket(orders);
      const told = groups.flatMap((group) => [
        group.length,
        ...group.map(({ id }) => id),
        ...group.map(({ json }) => packOrder(queue, json)),
      ]);
      await enqueued.run(commands, keys, [LIVING, clock().getTime(), ...told]);
    },
    async claim(orders, queue, worker) {
      const now = clock().getTime();
      const { keys, groups, places } = byBucket(orders);
      const told = groups.flatMap((group) => [
        group.length,
        ...group.map(({ id }) => id),
        ...group.map(({ attempt }) => attempt),
      ]);
      const header = [LIVING, now, now + settings.leaseMs, worker];
      const answers = await claim.run(commands, keys, [...header, ...told]);
      const claims = inOrder<Claim | 'new'>(places, answers);
      const unknown = orders.filter((_, index) => claims[index] === 'new');
      await noteOrders(
        unknown.map((order) => ({ id: order.id, text: packOrder(queue, JSON.stringify(order)) })),
      );
      return claims.map((found) => (found === 'new' ? 'run' : found));
    },
    async renew(ids, worker) {
      if (ids.length === 0) return { lost: [], asked: [] };
      const { keys, groups, places } = byBucket(ids.map((id) => ({ id })));
      const told = groups.flatMap((group) => [group.length, ...group.map(({ id }) => id)]);
      const until = clock().getTime() + settings.leaseMs;
      const answers = await renew.run(commands, keys, [worker, until, ...told]);
      const held = inOrder<number>(places, answers);
      return {
        lost: ids.filter((_, index) => held[index] === 0),
        asked: ids.filter((_, index) => held[index] === 2),
      };
    },
    settle: (settlement) => settlements.add(settlement),
    async release(ids, worker) {
      if (ids.length === 0) return;
      const { keys, groups } = byBucket(ids.map((id) => ({ id })));
      const told = groups.flatMap((group) => [group.length, ...group.map(({ id }) => id)]);
      await release.run(commands, keys, [worker, clock().getTime(), ...told]);
    },
    async progress(id, progress) {
      const states = statesOf(bucketOf(id));
      await Promise.all([
        answer(commands.hset(states, `${id}:p`, JSON.stringify(progress))),
        answer(commands.expire(states, LIVING)),
      ]);
    },
    byId: (id) => readJob(commands, id),
    async cancel(id, at) {
      const { keys } = byBucket([{ id }]);
      const verdict = await cancel.run(commands, keys, [id, at.getTime(), DAY, ORDERS_OVER]);
      return verdict as 'cancelled' | 'asked' | 'over' | 'unknown';
    },
  };
}

/** Null when it is not known any more. */
export async function readJob(
  commands: RedisConnections['commands'],
  id: JobId,
): Promise<Job | null> {
  const bucket = bucketOf(id);
  const [[state, progress], order] = await Promise.all([
    answer(commands.hmget(statesOf(bucket), id, `${id}:p`)),
    answer(commands.hget(ordersOf(bucket), id)),
  ]);
  return unpackJob({ state, order, progress });
}

/** Keys and arguments of a script take the jobs by the hashes that they lie in; `places` says which each was. */
function byBucket<T extends { id: JobId }>(
  items: readonly T[],
): { keys: string[]; groups: T[][]; places: number[] } {
  const buckets = new Map<string, number[]>();
  items.forEach(({ id }, place) => {
    const bucket = bucketOf(id);
    const there = buckets.get(bucket);
    if (there) there.push(place);
    else buckets.set(bucket, [place]);
  });
  const keys = [...buckets.keys()].flatMap((bucket) => [statesOf(bucket), ordersOf(bucket)]);
  const groups = [...buckets.values()];
  return {
    keys: [...SETS, ...keys],
    groups: groups.map((places) => places.map((place) => items[place] as T)),
    places: groups.flat(),
  };
}

/** The answers of a script, which come by bucket, in the order of the items. */
function inOrder<Answer>(places: readonly number[], answers: unknown): Answer[] {
  const ordered: Answer[] = [];
  places.forEach((place, at) => (ordered[place] = (answers as Answer[])[at] as Answer));
  return ordered;
}
