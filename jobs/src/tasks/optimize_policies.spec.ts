// Searching thresholds over recorded sessions, over a real MongoDB.
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { newId } from '@verity/adapters/world';
import { DEFAULT_SETTINGS } from '@verity/protocol/policy/health';
import { openPolicyWorld, type PolicyWorld } from '../spec-policy';
import task from './optimize_policies';

let world: PolicyWorld;
beforeAll(async () => {
  world = await openPolicyWorld();
});
beforeEach(() => world.reset());
afterAll(() => world.close());

it('proposes thresholds within the budget and applies nothing', async () => {
  await world.recordMany(60);
  const { run_id, job } = await world.ask('optimisation', null);
  expect(await world.perform(task, { run_id }, { id: job })).toMatchObject({
    state: 'done',
    sessions: 60,
    applied: null,
  });
  const { optimisation } = (await world.stores.policyRuns.byId(run_id))!;
  expect(optimisation?.fit_sessions).toBeGreaterThan(optimisation!.held_out_sessions);
  expect(optimisation?.proposal?.fit.friction).toBeLessThanOrEqual(150);
  expect(optimisation?.proposal?.fit.exposure).toBeLessThan(optimisation!.today.fit.exposure);
  expect((await world.stores.policies.current()).version).toBe(1);
});

it('puts its proposal on trial when the setting says so, once, also when it dies right after', async () => {
  await world.recordMany(60);
  await world.stores.policySettings.write({ ...DEFAULT_SETTINGS, apply: 'on_trial' });
  const { run_id, job } = await world.ask('optimisation', null);
  vi.spyOn(world.stores.policyRuns, 'end').mockRejectedValueOnce(new Error('killed'));
  await expect(world.perform(task, { run_id }, { id: job })).rejects.toThrow('killed');
  const applied = { version: 2, on_trial: true };
  expect(await world.perform(task, { run_id }, { id: job })).toMatchObject({ applied });
  expect(await world.stores.policies.standing()).toMatchObject({
    current: { version: 1 },
    trial: { version: 2, author: 'system:policy-optimiser' },
  });
});

it('searches by the settings when it is ticked, in a run that bears the id of the job', async () => {
  await world.recordMany(60);
  const id = newId<never>();
  const done = await world.perform(task, { days: 11 }, { id });
  expect(done).toMatchObject({ run_id: id, state: 'done' });
  expect(await world.perform(task, { days: 11 }, { id })).toEqual(done);
  expect((await world.stores.policyRuns.list({ limit: 9 })).items).toMatchObject([
    { id, friction_budget: DEFAULT_SETTINGS.friction_budget },
  ]);
});

/** As the schedule has it, with a budget that can be kept. */
const BY_NIGHT = { days: 11, friction_budget: 150 };

it('tells the admins of a proposal of the night once, while it waits for them', async () => {
  await world.recordMany(60);
  const tick = async (): Promise<unknown> => {
    const id = newId<never>();
    expect(await world.perform(task, BY_NIGHT, { id })).toMatchObject({ state: 'done' });
    world.pass(60_000);
    return id;
  };
  const first = await tick();
  await tick();
  expect(world.proposed).toEqual([first]);
});

it('tells nobody of a proposal that was asked for, has been applied, or has something against it', async () => {
  await world.recordMany(60);
  const { run_id, job } = await world.ask('optimisation', null);
  await world.perform(task, { run_id }, { id: job });
  await world.stores.policySettings.write({ ...DEFAULT_SETTINGS, apply: 'on_trial' });
  expect(await world.perform(task, BY_NIGHT, { id: newId<never>() })).toMatchObject({
    applied: { version: 2 },
  });
  await world.perform(task, { ...BY_NIGHT, friction_budget: 0 }, { id: newId<never>() });
  expect(world.proposed).toEqual([]);
});

it('makes no run when a tick finds too little recorded; says so in one that was asked for', async () => {
  await world.recordMany(5);
  expect(await world.perform(task)).toMatchObject({
    run_id: null,
    why: expect.stringContaining('a search needs 20'),
  });
  expect((await world.stores.policyRuns.list({ limit: 9 })).items).toEqual([]);
  const { run_id } = await world.ask('optimisation', null);
  expect(await world.perform(task, { run_id })).toMatchObject({
    state: 'failed',
    problem: expect.stringContaining('a search needs 20'),
  });
});
