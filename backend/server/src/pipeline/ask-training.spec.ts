// Trainings are asked for once, whoever asks. Over real Redis.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTrainingMarks } from '@verity/adapters/redis/training-marks';
import { openTestRedis, type TestRedis } from '@verity/adapters/redis/testing';
import { newId } from '@verity/adapters/world';
import type { JobId, UserId } from '@verity/protocol/ids';
import type { Job, JobState } from '@verity/protocol/jobs/schemas';
import { askTraining, type AskTraining } from './ask-training';

let test: TestRedis;
let ordered: { id: JobId; payload: unknown }[];
let states: Map<JobId, Pick<Job, 'state' | 'ended_at'>>;
beforeEach(async () => {
  test = await openTestRedis();
  ordered = [];
  states = new Map();
});
afterEach(() => test.close());

const user = newId<UserId>();
const trainee = { user, modality: 'mouse', track: 'standing' } as const;

/** As another process would have it. */
async function asker(): Promise<AskTraining> {
  const redis = test.connect();
  await redis.ready();
  return askTraining({
    enqueue: (_task, payload, options) => {
      const id = options?.id as JobId;
      ordered.push({ id, payload });
      states.set(id, { state: 'queued', ended_at: null });
      return Promise.resolve(id);
    },
    states: { byId: (id) => Promise.resolve((states.get(id) ?? null) as Job | null) },
    marks: createTrainingMarks(redis),
    newId,
    clock: () => new Date(),
  });
}

const end = (state: JobState, minutesAgo = 0): void => {
  const id = ordered.at(-1)?.id as JobId;
  states.set(id, { state, ended_at: new Date(Date.now() - minutesAgo * 60_000).toISOString() });
};

it('orders one job, though several processes ask at the same time and again while it waits', async () => {
  const processes = await Promise.all([asker(), asker(), asker()]);
  await Promise.all(processes.map((ask) => ask(trainee)));
  expect(ordered).toEqual([
    {
      id: ordered[0]?.id,
      payload: { user_id: user, modality: 'mouse', track: 'standing' },
    },
  ]);
  await Promise.all(processes.map((ask) => ask(trainee)));
  expect(ordered).toHaveLength(1);
});

it('orders another one after the last has ended, and apart for each model', async () => {
  const ask = await asker();
  await ask(trainee);
  end('succeeded');
  await ask(trainee);
  expect(ordered).toHaveLength(2);
  await ask({ ...trainee, modality: 'keystroke' });
  await ask({ ...trainee, track: 'temporary' });
  expect(ordered).toHaveLength(4);
});

it('lets a training that has failed for good rest for ten minutes', async () => {
  const ask = await asker();
  await ask(trainee);
  end('failed');
  await ask(trainee);
  expect(ordered).toHaveLength(1);
  end('failed', 11);
  await ask(trainee);
  expect(ordered).toHaveLength(2);
});
