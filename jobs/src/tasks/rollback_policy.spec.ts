// Rolling back by hand, over a real MongoDB.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '@verity/domain/policy/default-policy';
import { askingFrom, openPolicyWorld, type PolicyWorld } from '../spec-policy';
import task from './rollback_policy';

let world: PolicyWorld;
beforeAll(async () => {
  world = await openPolicyWorld();
});
beforeEach(() => world.reset());
afterAll(() => world.close());

it('puts the version before in force again, once, in the name of who asked', async () => {
  const { version } = await world.change(askingFrom(50));
  const payload = { version, reason: 'It asks too many.' };
  const by = { by: 'user:7' };
  expect(await world.perform(task, payload, by)).toEqual({
    rolled_back: version,
    version: version + 1,
  });
  expect(await world.stores.policies.current()).toMatchObject({
    version: version + 1,
    rules: DEFAULT_POLICY.rules,
    author: 'user:7',
    reason: 'Back to version 1: It asks too many.',
  });
  expect(await world.perform(task, payload, by)).toEqual({
    rolled_back: null,
    why: `Version ${version + 1} is in force, not version ${version}.`,
  });
  expect(world.recorded.map(({ action }) => action)).toEqual([
    'policy.changed',
    'policy.rolled_back',
  ]);
});

it('goes back as far as it is told', async () => {
  await world.change(askingFrom(50));
  const { version } = await world.change(askingFrom(55));
  await world.perform(task, { version, to: 1, reason: 'Both were wrong.' });
  expect((await world.stores.policies.current()).rules).toEqual(DEFAULT_POLICY.rules);
});

it('says what stands in the way: no such version, none before, a review that finds an error', async () => {
  const roll = (payload: object) => world.perform(task, { reason: 'A test', ...payload });
  await expect(roll({ version: 9 })).rejects.toMatchObject({ code: 'not-found' });
  await expect(roll({ version: 1 })).rejects.toMatchObject({ code: 'not-found' });
  await expect(roll({ version: 1, to: 9 })).rejects.toMatchObject({ code: 'not-found' });
  await expect(roll({ version: 1, to: 1 })).rejects.toMatchObject({ code: 'invalid-input' });
  const { version } = await world.change(askingFrom(50));
  const message = 'It would lock out every admin.';
  world.policy.review = async () => [{ path: '/rules/0', severity: 'error', message, fix: '' }];
  await expect(roll({ version })).rejects.toMatchObject({
    code: 'invalid-input',
    message: expect.stringContaining(message),
  });
  expect((await world.stores.policies.current()).version).toBe(version);
});
