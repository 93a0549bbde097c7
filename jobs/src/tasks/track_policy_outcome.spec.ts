// Challenges that nobody will answer any more, and what all of them amount to, over a real MongoDB.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { aSession } from '@verity/adapters/mongo/scratch-records';
import { openPolicyWorld, START, type PolicyWorld } from '../spec-policy';
import effectiveness from './calculate_policy_effectiveness';
import task from './track_policy_outcome';

let world: PolicyWorld;
beforeAll(async () => {
  world = await openPolicyWorld();
});
beforeEach(() => world.reset());
afterAll(() => world.close());

const at = (second: number): Date => new Date(START + second * 1_000);

async function challenged(changes: Parameters<typeof aSession>[0]) {
  const session = aSession({ startedAt: at(0), ...changes });
  await world.stores.sessions.add(session);
  await world.challenge(session.id, at(1));
  return session.id;
}

it('settles the challenge of a session that ended without a word, once; what lives stays open', async () => {
  const expired = await challenged({ state: 'expired', endedAt: at(60) });
  const proved = await challenged({ stepUpAt: at(30) });
  const lives = await challenged({});
  world.pass(120_000);
  expect(await world.perform(task)).toEqual({ settled: 2 });
  expect(await world.perform(task)).toEqual({ settled: 0 });
  const period = { from: at(0), to: at(120) };
  const { items } = await world.stores.outcomes.list(period, { limit: 9 });
  expect(Object.fromEntries(items.map((one) => [one.session_id, one.outcome]))).toEqual({
    [expired]: 'abandoned',
    [proved]: 'passed',
    [lives]: 'open',
  });
  expect(await world.perform(effectiveness, { days: 1 })).toMatchObject({
    from: '2096-03-10T00:00:00.000Z',
    sessions: 3,
    total: { challenges: 3, passed: 1, abandoned: 1, open: 1, true_challenges: { share: 0.5 } },
  });
});
