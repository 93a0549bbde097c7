// What is counted of jobs over a real Redis: by several processes, through an outage, and one sample a span.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MINUTE_MS, nobodyKnows } from '@verity/domain/jobs/course';
import { createJobFigures } from './job-figures';
import { openTestRedis } from './testing';

let redis: Awaited<ReturnType<typeof openTestRedis>>;
beforeAll(async () => {
  redis = await openTestRedis();
});
afterAll(() => redis.close());

const now = new Date('2026-05-06T07:08:09.000Z');
const minute = Math.floor(now.getTime() / MINUTE_MS);
const open = () => createJobFigures(redis.redis, () => now);

it('adds up what several processes count', async () => {
  const [one, other] = [open(), open()];
  one.note('cleanup_cache', 'queued');
  one.note('cleanup_cache', 'queued');
  one.note('cleanup_cache', 'succeeded');
  other.note('cleanup_cache', 'queued');
  await Promise.all([one.flush(), other.flush()]);
  const counts = await one.minutes(minute - 1, minute);
  expect(counts).toHaveLength(2);
  expect(counts).toContainEqual({ minute, task: 'cleanup_cache', state: 'queued', count: 3 });
  expect(counts).toContainEqual({ minute, task: 'cleanup_cache', state: 'succeeded', count: 1 });
});

it('writes by itself, soon after', async () => {
  const figures = open();
  figures.note('cleanup_old_models', 'failed');
  const failed = async () =>
    (await figures.minutes(minute, minute)).find(({ state }) => state === 'failed')?.count;
  await expect.poll(failed).toBe(1);
});

it('lets one of several processes take the sample of a span, and gives the newest first', async () => {
  const processes = [open(), open(), open()];
  const turns = await Promise.all(processes.map((one) => one.isMyTurn()));
  expect(turns.filter(Boolean)).toHaveLength(1);
  const [figures] = processes;
  const sample = (messages: number) => ({
    at: new Date(now.getTime() + messages),
    queues: { ...nobodyKnows(), default: messages },
  });
  for (const messages of [1, 2, 3]) await figures?.addSample(sample(messages));
  expect(await figures?.samples(2)).toEqual([sample(3), sample(2)]);
});
