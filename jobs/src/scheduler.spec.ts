// Schedules over the real MongoDB: ticked once by two schedulers, caught up with after a pause, edited for good.
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClockwork } from '@verity/adapters/agenda/clockwork';
import { scratchDatabase } from '@verity/adapters/mongo/scratch';
import type { JobId } from '@verity/protocol/ids';
import type { Clockwork } from '@verity/domain/jobs/schedule-ports';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { defineTask } from './define-task';
import { startScheduler } from './scheduler';

const task = (
  name: string,
  over: { cron?: string; missed?: 'once' | 'skip'; overlap?: 'skip' | 'queue' } = {},
) =>
  defineTask({
    name,
    queue: 'default',
    about: 'For specs.',
    payload: z.strictObject({}),
    retry: { attempts: 1, firstDelayMs: 1_000 },
    timeoutSeconds: 5,
    schedule: { cron: '*/2 * * * * *', missed: 'once', overlap: 'queue', ...over },
    handler: async () => null,
  });

let database: Awaited<ReturnType<typeof scratchDatabase>>;
const running: { stop(): Promise<void> }[] = [];
beforeEach(async () => {
  database = await scratchDatabase();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
  await database.drop();
});

const clockwork = async (): Promise<Clockwork> => {
  const made = await createClockwork({
    mongo: database.connection,
    timeZone: 'UTC',
    clock: () => new Date(),
    log: { warn: () => undefined, error: () => undefined },
  });
  return made;
};

async function scheduler(
  tasks: ReturnType<typeof task>[],
  enqueued: { task: string; id: JobId; at: string }[],
  alive: () => boolean = () => false,
) {
  const clock = await clockwork();
  const started = await startScheduler({
    tasks,
    clockwork: clock,
    enqueuer: {
      async enqueueUnchecked(name, _, { id, scheduledFor } = {}) {
        enqueued.push({ task: name, id: id as JobId, at: scheduledFor?.toISOString() ?? '' });
        return id as JobId;
      },
    },
    states: { byId: async () => (alive() ? ({ ended_at: null } as never) : null) },
    sha256: (bytes) => createHash('sha256').update(bytes).digest(),
    clock: () => new Date(),
    log: { info: () => undefined },
  });
  running.push(started);
  return clock;
}

it('ticks each instant once though two schedulers run, under the id of its instant', async () => {
  const enqueued: { task: string; id: JobId; at: string }[] = [];
  await scheduler([task('often')], enqueued);
  await scheduler([task('often')], enqueued);
  await expect.poll(() => enqueued.length, { timeout: 50_000 }).toBeGreaterThanOrEqual(4);
  expect(new Set(enqueued.map(({ id }) => id)).size).toBe(enqueued.length);
  expect(new Set(enqueued.map(({ at }) => at)).size).toBe(enqueued.length);
  expect(enqueued.every(({ at }) => Date.parse(at) % 2_000 === 0)).toBe(true);
}, 60_000);

it('catches up with a missed tick once, or passes it over, as its policy says', async () => {
  const tasks = [
    task('catches_up', { cron: '0 0 1 1 *' }),
    task('passes_over', { cron: '0 0 1 1 *', missed: 'skip' }),
  ];
  await (
    await clockwork()
  ).declare(tasks.map(({ name, schedule }) => ({ task: name, ...schedule! })));
  // As if everything had been down over the turn of the year.
  await database.connection
    .db!.collection('ticks')
    .updateMany({}, { $set: { nextRunAt: new Date('2026-01-01T00:00:00Z') } });
  const enqueued: { task: string; id: JobId; at: string }[] = [];
  const clock = await scheduler(tasks, enqueued);
  await expect
    .poll(async () => (await clock.list()).map(({ last_outcome }) => last_outcome), {
      timeout: 15_000,
    })
    .toEqual(['enqueued', 'missed']);
  await sleep(500);
  expect(enqueued.map(({ task: name }) => name)).toEqual(['catches_up']);
}, 30_000);

it('passes a tick over while its predecessor lives, when the task asks for that', async () => {
  const enqueued: { task: string; id: JobId; at: string }[] = [];
  const clock = await scheduler([task('one_at_a_time', { overlap: 'skip' })], enqueued, () => true);
  await expect
    .poll(async () => (await clock.list())[0]?.last_outcome, { timeout: 20_000 })
    .toBe('overlap');
  expect(enqueued).toHaveLength(1);
}, 30_000);

it('keeps an edit over a restart, follows a declaration that changed, drops one that is gone', async () => {
  const first = await clockwork();
  const declared = (cron: string) => [
    { task: 'edited', cron, missed: 'once', overlap: 'skip' } as const,
    { task: 'followed', cron, missed: 'once', overlap: 'skip' } as const,
  ];
  await first.declare([
    ...declared('0 2 * * *'),
    { task: 'gone', cron: '0 3 * * *', missed: 'once', overlap: 'skip' },
  ]);
  const at = new Date();
  expect(await first.edit('edited', { cron: ' 30  4 * * * ' }, 'user:1', at)).toMatchObject({
    cron: '30 4 * * *',
    declared_cron: '0 2 * * *',
    edited_by: 'user:1',
  });
  await expect(first.edit('edited', { cron: 'at noon' }, 'user:1', at)).rejects.toMatchObject({
    code: 'invalid-input',
  });
  const second = await clockwork();
  await second.declare(declared('0 5 * * *'));
  const rows = (await second.list()).map(({ task: name, cron }) => [name, cron]);
  expect(rows).toEqual([
    ['edited', '30 4 * * *'],
    ['followed', '0 5 * * *'],
  ]);
  expect((await second.edit('followed', { enabled: false }, 'user:1', at)).next_at).toBeNull();
  expect(await second.reset('edited', 'user:1', at)).toMatchObject({
    cron: '0 5 * * *',
    edited_by: null,
    enabled: true,
  });
  const day = new Date('2026-06-01T00:00:00Z');
  const calendar = await second.calendar(day, new Date(day.getTime() + 86_400_000), 10);
  expect(calendar).toEqual([{ task: 'edited', at: '2026-06-01T05:00:00.000Z' }]);
}, 30_000);
