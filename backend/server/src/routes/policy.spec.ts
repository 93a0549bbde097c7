// Putting a policy in force, with versions in a real MongoDB.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PolicyDraft } from '@verity/protocol/policy/schemas';
import { mongoRepositories, type Repositories } from '@verity/adapters/mongo/repositories';
import { scratchDatabase, type ScratchDatabase } from '@verity/adapters/mongo/scratch';
import { systemClock } from '@verity/adapters/world';
import { policyHandlers } from './policy';
import { callByAdmin, listening } from './scratch-call';

let database: ScratchDatabase;
let store: Repositories;
beforeAll(async () => {
  database = await scratchDatabase();
  store = mongoRepositories(database.connection, { clock: systemClock });
  await store.policies.seed(aDraft(90), new Date());
});
afterAll(() => database.drop());

const aDraft = (terminateAt: number): PolicyDraft => ({
  rules: [
    { id: 'end', name: 'End it', when: { risk_at_least: terminateAt }, effect: 'terminate' },
    { id: 'last', name: 'Everything else', when: {}, effect: 'allow' },
  ],
  hysteresis: { margin: 10, hold_seconds: 60 },
  resources: [],
});
const reason = 'We learnt something';

function desk() {
  const heard = listening();
  let reloads = 0;
  const handlers = policyHandlers({
    ...heard,
    ...store,
    liveRisk: { many: async (ids) => ids.map(() => null) },
    onPolicyChanged: () => void (reloads += 1),
    clock: systemClock,
  });
  const put = (policy: PolicyDraft, based_on: number, more: object = {}) =>
    handlers['PUT /api/v1/policies'](
      {
        params: undefined,
        query: undefined,
        body: { policy, reason, based_on, report_only: false, accept_warnings: false, ...more },
      },
      callByAdmin().call,
    );
  const restore = (version: number) =>
    handlers['POST /api/v1/policies/restore'](
      { params: undefined, query: undefined, body: { version, reason } },
      callByAdmin().call,
    );
  return { heard, put, restore, reloads: () => reloads };
}

describe('a new policy', () => {
  it('is a version with author, reason and difference, told to everybody and put on record', async () => {
    const { heard, put, reloads } = desk();
    const policy = await put(aDraft(85), 1);
    expect(policy).toMatchObject({
      version: 2,
      author: 'admin@example.org',
      reason,
      changes: [{ rule_id: 'end', kind: 'changed' }],
    });
    expect(await store.policies.current()).toEqual(policy);
    expect(reloads()).toBe(1);
    expect(heard.announced).toEqual([
      {
        event: 'policy_update',
        rooms: ['authenticated'],
        payload: {
          version: 2,
          change: 'in_force',
          author: 'admin@example.org',
          reason,
          at: policy.created_at,
        },
      },
    ]);
    expect(heard.recorded).toMatchObject([{ action: 'policy.changed', subject: 'policy:2' }]);
  });

  it('made from a version that is no longer in force is a conflict, and changes nothing', async () => {
    const { heard, put, reloads } = desk();
    await expect(put(aDraft(70), 1)).rejects.toMatchObject({ code: 'conflict' });
    expect((await store.policies.current()).version).toBe(2);
    expect([reloads(), heard.announced, heard.recorded]).toEqual([0, [], []]);
  });

  it('of two admins at once is the one of exactly one', async () => {
    const desks = [desk(), desk(), desk()];
    const { version } = await store.policies.current();
    const outcomes = await Promise.allSettled(
      desks.map(({ put }, index) => put(aDraft(60 + index), version)),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(desks.flatMap(({ heard }) => heard.announced)).toHaveLength(1);
    expect((await store.policies.current()).version).toBe(version + 1);
  });

  it('that says what is in force already is refused', async () => {
    const { version, ...draft } = await store.policies.current();
    await expect(desk().put(draft, version)).rejects.toMatchObject({
      code: 'invalid-input',
    });
  });
});

describe('an earlier policy', () => {
  it('is restored as a new version', async () => {
    const { heard, restore } = desk();
    const before = await store.policies.current();
    const policy = await restore(1);
    expect(policy).toMatchObject({ ...aDraft(90), version: before.version + 1 });
    expect(heard.recorded).toMatchObject([
      { action: 'policy.restored', details: { restored: 1, before: before.version } },
    ]);
    await expect(restore(99)).rejects.toMatchObject({ code: 'not-found' });
  });
});
