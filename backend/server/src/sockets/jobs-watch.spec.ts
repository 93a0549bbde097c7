// What followers of jobs hear: each move once, twice a second at most, and nothing while nobody follows.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createJobFigures } from '@verity/adapters/redis/job-figures';
import { openTestRedis } from '@verity/adapters/redis/testing';
import type { ServerEventPayload } from '@verity/protocol/events';
import type { JobsPulse } from '@verity/protocol/jobs/console-schemas';
import type { LocalRooms } from '../socket/hub';
import { jobsWatch } from './jobs-watch';

let redis: Awaited<ReturnType<typeof openTestRedis>>;
beforeAll(async () => {
  redis = await openTestRedis();
});
afterAll(() => redis.close());

const PULSE: JobsPulse = {
  broker_up: true,
  outbox: 0,
  queues: [],
  counts: { queued: 0, waiting: 0, active: 0, reserved: 0, workers: 1, lost: 0 },
};

function following(given: { followed: boolean }) {
  const heard: ServerEventPayload<'jobs_update'>[] = [];
  let now = new Date('2026-05-06T07:08:59.900Z');
  const clock = () => now;
  const figures = createJobFigures(redis.redis, clock);
  let pulse = PULSE;
  const here: LocalRooms = {
    isFollowed: (room) => room === 'jobs' && given.followed,
    say: (_event, _room, payload) => void heard.push(payload as ServerEventPayload<'jobs_update'>),
  };
  const look = jobsWatch({ desk: { pulse: async () => pulse }, figures, here, clock });
  return {
    ...{ heard, figures, look, given },
    pass: (ms: number) => void (now = new Date(now.getTime() + ms)),
    become: (next: JobsPulse) => void (pulse = next),
  };
}

it('tells each move once, over the end of a minute too', async () => {
  const { heard, figures, look, pass } = following({ followed: true });
  figures.note('cleanup_cache', 'queued');
  await figures.flush();
  await look();
  // What was counted before somebody followed is no news; the state of the whole is.
  expect(heard.map(({ changed }) => changed)).toEqual([[]]);
  figures.note('cleanup_cache', 'queued');
  await figures.flush();
  pass(500);
  figures.note('cleanup_cache', 'queued');
  figures.note('cleanup_cache', 'active');
  await figures.flush();
  await look();
  expect(heard[1]?.changed).toHaveLength(2);
  expect(heard[1]?.changed).toContainEqual({ task: 'cleanup_cache', state: 'queued', count: 2 });
  expect(heard[1]?.changed).toContainEqual({ task: 'cleanup_cache', state: 'active', count: 1 });
  await look();
  expect(heard).toHaveLength(2);
});

it('tells of queues and workers when no job moves, and only when they have changed', async () => {
  const { heard, look, become } = following({ followed: true });
  for (let at = 0; at < 10; at++) await look();
  expect(heard).toHaveLength(1);
  become({ ...PULSE, broker_up: false });
  for (let at = 0; at < 10; at++) await look();
  expect(heard.map(({ broker_up }) => broker_up)).toEqual([true, false]);
});

it('does nothing while nobody follows', async () => {
  const { heard, look, given } = following({ followed: false });
  await look();
  given.followed = true;
  await look();
  given.followed = false;
  await look();
  expect(heard).toHaveLength(1);
});
