// Trying a policy on the recorded past, over a real MongoDB.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { newId } from '@verity/adapters/world';
import type { PolicyRunId } from '@verity/protocol/ids';
import { askingFrom, DAY_MS, openPolicyWorld, START, type PolicyWorld } from '../spec-policy';
import task from './simulate_policy_change';

let world: PolicyWorld;
beforeAll(async () => {
  world = await openPolicyWorld();
});
beforeEach(() => world.reset());
afterAll(() => world.close());

const askFor50 = () => world.ask('simulation', askingFrom(50));
const rowsOf = async (id: PolicyRunId) =>
  (await world.stores.policyRuns.sessions(id, {}, { limit: 200 })).items;

it('tells who would be challenged by the draft and is not today, differences first', async () => {
  await world.recordMany(40);
  const both = await world.record(START - DAY_MS, [10, 70, 70]);
  const { run_id, job } = await askFor50();
  expect(await world.perform(task, { run_id }, { id: job })).toMatchObject({
    run_id,
    state: 'done',
    sessions: 41,
    differences: { stricter: 4 },
  });
  const run = await world.stores.policyRuns.byId(run_id);
  expect(run).toMatchObject({
    state: 'done',
    job_id: job,
    simulation: {
      sessions: 41,
      today: { challenged_sessions: 1 },
      draft: { challenged_sessions: 5 },
      differences: { stricter: 4, milder: 0, none: 37 },
      moves: [{ now: 'allow', then: 'step_up', sessions: 4 }],
    },
  });
  const rows = await rowsOf(run_id);
  expect(rows).toHaveLength(5);
  expect(rows.slice(0, 4).every(({ difference }) => difference === 'stricter')).toBe(true);
  expect(rows.at(-1)).toMatchObject({ session_id: both, difference: 'none', user_name: 'Ada' });
});

it('that is delivered again when it is over changes nothing', async () => {
  await world.recordMany(20);
  const { run_id, job } = await askFor50();
  const once = await world.perform(task, { run_id }, { id: job });
  const run = await world.stores.policyRuns.byId(run_id);
  world.pass(60_000);
  expect(await world.perform(task, { run_id }, { id: job })).toEqual(once);
  expect(await world.stores.policyRuns.byId(run_id)).toEqual(run);
});

it('that is interrupted goes on where it was, and finds the same', async () => {
  await world.recordMany(120);
  const whole = await askFor50();
  await world.perform(task, { run_id: whole.run_id }, { id: whole.job });
  const parts = await askFor50();
  let interrupted = 0;
  for (let turn = 0; turn < 10; turn++) {
    const stop = new AbortController();
    const over = { id: parts.job, signal: stop.signal, progress: () => stop.abort() };
    const [outcome] = await Promise.allSettled([
      world.perform(task, { run_id: parts.run_id }, over),
    ]);
    if (outcome.status === 'rejected') interrupted++;
  }
  expect(interrupted).toBeGreaterThan(0);
  const [a, b] = [
    await world.stores.policyRuns.byId(whole.run_id),
    await world.stores.policyRuns.byId(parts.run_id),
  ];
  expect(b?.state).toBe('done');
  expect(b?.simulation).toEqual(a?.simulation);
  expect(await rowsOf(parts.run_id)).toEqual(await rowsOf(whole.run_id));
});

it('that is cancelled stops and stays cancelled, until its job is tried again by hand', async () => {
  await world.recordMany(120);
  const { run_id, job } = await askFor50();
  const cancel = () => void world.stores.policyRuns.cancel(run_id, world.now());
  const done = await world.perform(task, { run_id }, { id: job, progress: cancel });
  expect(done).toMatchObject({ state: 'cancelled' });
  expect(await world.perform(task, { run_id }, { id: job })).toMatchObject({ state: 'cancelled' });
  expect(await world.perform(task, { run_id })).toMatchObject({ state: 'done', sessions: 120 });
});

it('tries a version that is named, in a run that bears the id of the job', async () => {
  await world.recordMany(20);
  const { version } = await world.change(askingFrom(50));
  const id = newId<never>();
  const payload = { version: 1, days: 11 };
  const done = await world.perform(task, payload, { id });
  expect(done).toMatchObject({ run_id: id, state: 'done', sessions: 20 });
  expect(await world.perform(task, payload, { id })).toEqual(done);
  expect((await world.stores.policyRuns.list({ limit: 10 })).items).toMatchObject([
    { id, base_version: version, asked_by: 'system:jobs' },
  ]);
});

it('says what it lacks: a version on trial, a version that is there, another than the one in force', async () => {
  await expect(world.perform(task)).rejects.toMatchObject({ code: 'not-found' });
  await expect(world.perform(task, { version: 9 })).rejects.toMatchObject({ code: 'not-found' });
  await expect(world.perform(task, { version: 1 })).rejects.toMatchObject({
    code: 'invalid-input',
  });
  await expect(world.perform(task, { run_id: newId() })).rejects.toMatchObject({
    code: 'not-found',
  });
});
