// The watch over a new version, which takes it back, over a real MongoDB.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { watchIsDue } from '@verity/domain/policy/check-health';
import { DEFAULT_POLICY } from '@verity/domain/policy/default-policy';
import { DEFAULT_SETTINGS } from '@verity/protocol/policy/health';
import { askingFrom, DAY_MS, openPolicyWorld, type PolicyWorld } from '../spec-policy';
import task from './check_policy_health';

let world: PolicyWorld;
beforeAll(async () => {
  world = await openPolicyWorld();
});
beforeEach(() => world.reset());
afterAll(() => world.close());

/** Lives sessions under the version in force, some of them challenged by it. */
async function live(sessions: number, challenged: number): Promise<void> {
  const begun = await world.live(sessions);
  const at = new Date(world.now().getTime() + 2_000);
  await Promise.all(begun.slice(0, challenged).map((session) => world.challenge(session, at)));
  world.pass(3_600_000);
}
const check = async () => (await world.perform(task)).watch;
const due = () => watchIsDue(world.policy);

it('leaves the first version alone', async () => {
  expect(await due()).toBe(false);
  expect(await check()).toBeNull();
});

it('takes back a version that challenges far more than was foretold, once, and tells of it', async () => {
  await world.recordMany(60);
  const { version } = await world.change(askingFrom(50));
  expect(await due()).toBe(true);
  expect(await check()).toMatchObject({
    version,
    state: 'watching',
    forecast: { sessions: 60, challenged: 6, terminated: 0 },
  });
  expect(await due()).toBe(true);
  await live(25, 20);
  // Two at once: one of them looks.
  const both = await Promise.all([world.perform(task), world.perform(task)]);
  expect(both).toMatchObject([
    { looked: true, watch: { state: 'rolled_back', rolled_back_by: version + 1 } },
    { looked: false },
  ]);
  expect(await world.stores.policies.current()).toMatchObject({
    version: version + 1,
    author: 'system:policy-health',
    rules: DEFAULT_POLICY.rules,
  });
  expect(world.warned).toMatchObject([{ version, state: 'rolled_back' }]);
  expect(world.recorded.map(({ action }) => action)).toEqual([
    'policy.changed',
    'policy.rolled_back',
  ]);
  expect(world.announced).toEqual([version, version + 1]);
  // What a rollback made is watched, and never rolled back itself.
  await check();
  await live(60, 55);
  expect(await check()).toMatchObject({ version: version + 1, state: 'diverged' });
  expect(await due()).toBe(false);
  await check();
  expect((await world.stores.policies.current()).version).toBe(version + 1);
  expect(world.warned).toHaveLength(2);
});

it('leaves a version in force when a review refuses the one before, and says why', async () => {
  await world.recordMany(60);
  const { version } = await world.change(askingFrom(50));
  await check();
  await live(25, 20);
  const message = 'It would lock out every admin.';
  world.policy.review = async () => [{ path: '/rules/0', severity: 'error', message, fix: '' }];
  expect(await check()).toMatchObject({
    version,
    state: 'diverged',
    note: expect.stringContaining(message),
  });
  expect((await world.stores.policies.current()).version).toBe(version);
});

it('only warns when the setting says so', async () => {
  await world.recordMany(60);
  await world.stores.policySettings.write({ ...DEFAULT_SETTINGS, when_diverging: 'warn' });
  const { version } = await world.change(askingFrom(50));
  await check();
  await live(25, 20);
  expect(await check()).toMatchObject({ state: 'diverged', divergence: { what: 'challenged' } });
  expect((await world.stores.policies.current()).version).toBe(version);
  expect(world.warned).toHaveLength(1);
});

it('is content with what was foretold, and ends when its time is over', async () => {
  await world.recordMany(60);
  await world.change(askingFrom(50));
  await check();
  await live(30, 3);
  expect(await check()).toMatchObject({
    state: 'watching',
    live: { sessions: 30, challenged: 3 },
  });
  world.pass(3 * DAY_MS);
  expect(await check()).toMatchObject({ state: 'passed', divergence: null });
});

it('does not judge before the least number of sessions, nor without a forecast', async () => {
  await world.recordMany(60);
  await world.change(askingFrom(50));
  await check();
  await live(10, 10);
  expect(await check()).toMatchObject({ state: 'watching', divergence: null });
});

it('says so when too little is recorded to foretell anything', async () => {
  await world.recordMany(5);
  await world.change(askingFrom(50));
  expect(await check()).toMatchObject({ state: 'unwatched', forecast: null });
  expect(await due()).toBe(false);
});

it('ends with the next version', async () => {
  await world.recordMany(60);
  const first = await world.change(askingFrom(50));
  await check();
  await world.change(askingFrom(55));
  await check();
  expect(await world.stores.policyWatches.of(first.version)).toMatchObject({
    state: 'superseded',
  });
});
