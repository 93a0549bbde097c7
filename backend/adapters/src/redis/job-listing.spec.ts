// Jobs that wait, paged and searched over a real Redis.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { JobId } from '@verity/protocol/ids';
import type { JobOrder } from '@verity/protocol/jobs/schemas';
import { newId, systemClock } from '../world';
import { createJobListing } from './job-listing';
import { bucketOf } from './job-record';
import { createJobStates, key, statesOf } from './job-states';
import { openTestRedis } from './testing';

let redis: Awaited<ReturnType<typeof openTestRedis>>;
const at = new Date('2026-05-06T07:08:09.000Z').toISOString();
const order = (payload: unknown, over: Partial<JobOrder> = {}): JobOrder => ({
  id: newId<JobId>(),
  task: 'cleanup_cache',
  payload,
  attempt: 1,
  origin: 'code',
  by: null,
  enqueued_at: at,
  scheduled_for: null,
  ...over,
});
// Redis keeps what came in the same millisecond in the order of ids.
const made = Array.from({ length: 57 }, (_, index) =>
  order({ index }, index % 3 === 0 ? { task: 'cleanup_old_models' } : {}),
).sort((a, b) => (a.id < b.id ? -1 : 1));

beforeAll(async () => {
  redis = await openTestRedis();
  const states = createJobStates(redis.redis, systemClock);
  await states.enqueued(
    'default',
    made.map((one) => ({ ...one, json: JSON.stringify(one) })),
  );
});
afterAll(() => redis.close());

const all = async (filter: { task?: string; q?: string }, limit: number): Promise<JobId[]> => {
  const listing = createJobListing(redis.redis);
  const ids: JobId[] = [];
  let cursor: string | undefined;
  do {
    const page = await listing.page('queued', filter, { cursor, limit });
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.next_cursor ?? undefined;
  } while (cursor);
  return ids;
};

it('gives every job once, also where all came in the same millisecond', async () => {
  expect(await all({}, 10)).toEqual(made.map(({ id }) => id));
  const models = made.filter(({ task }) => task === 'cleanup_old_models').map(({ id }) => id);
  expect(await all({ task: 'cleanup_old_models' }, 4)).toEqual(models);
  const one = made.find(({ payload }) => (payload as { index: number }).index === 41);
  expect(await all({ q: '"INDEX":41' }, 4)).toEqual([one?.id]);
});

it('keeps its place when the job at the end of a page has left', async () => {
  const listing = createJobListing(redis.redis);
  const first = await listing.page('queued', {}, { limit: 10 });
  const states = createJobStates(redis.redis, systemClock);
  const last = first.items.at(-1)?.id as JobId;
  expect(await states.cancel(last, new Date())).toBe('cancelled');
  const { items } = await listing.page(
    'queued',
    {},
    { cursor: first.next_cursor ?? '', limit: 10 },
  );
  expect(items.map(({ id }) => id)).toEqual(made.slice(10, 20).map(({ id }) => id));
});

it('sweeps an entry whose job is forgotten', async () => {
  const listing = createJobListing(redis.redis);
  const before = await listing.count('queued');
  const id = made[0]?.id as JobId;
  await redis.redis.commands.hdel(statesOf(bucketOf(id)), id);
  await listing.page('queued', {}, { limit: 5 });
  expect(await listing.count('queued')).toBe(before - 1);
  expect(await redis.redis.commands.zscore(key('queued'), made[0]?.id as JobId)).toBeNull();
});
