// Policies, trials and decisions in a real MongoDB.
import { describe, expect, it } from 'vitest';
import type { SessionId, UserId } from '@verity/protocol/ids';
import type { Policy, PolicyDraft } from '@verity/protocol/policy/schemas';
import type { DecisionRecord } from '@verity/domain/policy/ports';
import { newId } from '../world';
import { scratchStores } from './spec-stores';
import { later, now } from './scratch-records';

const { stores } = scratchStores();

describe('policies', () => {
  const draft: PolicyDraft = {
    rules: [{ id: 'last', name: 'Everything else', when: {}, effect: 'allow' }],
    hysteresis: { margin: 5, hold_seconds: 60 },
    resources: [],
  };

  it('begin with one version, however many processes start at once', async () => {
    await expect(stores().policies.current()).rejects.toMatchObject({ code: 'unavailable' });
    await Promise.all(Array.from({ length: 5 }, () => stores().policies.seed(draft, now)));
    expect(await stores().policies.current()).toMatchObject({ version: 1, ...draft });
    expect((await stores().policies.list({ limit: 10 })).total).toBe(1);
  });

  it('take one of two new versions', async () => {
    const next: Policy = { ...(await stores().policies.current()), version: 2, reason: 'stricter' };
    const outcomes = await Promise.allSettled(
      Array.from({ length: 5 }, () => stores().policies.add(next)),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await expect(stores().policies.add(next)).rejects.toMatchObject({ code: 'conflict' });
    expect(await stores().policies.current()).toEqual(next);
    await stores().policies.seed(draft, now);
    const page = await stores().policies.list({ limit: 1 });
    expect(page.items[0]?.version).toBe(2);
    const cursor = page.next_cursor ?? undefined;
    expect((await stores().policies.list({ limit: 1, cursor })).items[0]?.version).toBe(1);
  });
});

describe('a policy on trial', () => {
  it('stands beside the one in force, and goes with its end or the next version', async () => {
    const before = await stores().policies.current();
    const trial = { ...before, version: before.version + 1, report_only: true };
    await stores().policies.add(trial);
    expect(await stores().policies.standing()).toEqual({ current: before, trial });
    expect(await stores().policies.current()).toEqual(before);
    const ended = await stores().policies.endTrial(trial.version, now);
    expect(ended?.trial_ended_at).toBe(now.toISOString());
    expect(await stores().policies.endTrial(trial.version, now)).toBeNull();
    expect(await stores().policies.standing()).toEqual({ current: before, trial: null });
    const again = { ...trial, version: trial.version + 1 };
    const next = { ...before, version: trial.version + 2 };
    await stores().policies.add(again);
    await stores().policies.add(next);
    expect(await stores().policies.standing()).toEqual({ current: next, trial: null });
  });
});

describe('decisions', () => {
  it('are kept once and listed newest first', async () => {
    const session_id = newId<SessionId>();
    const decision = (ms: number) => ({
      id: newId<string>(),
      session_id,
      user_id: newId<UserId>(),
      effect: 'step_up' as const,
      previous_effect: 'allow' as const,
      rule_id: 'r',
      rule_name: 'R',
      rule_condition: 'always',
      would: [],
      resource: null,
      policy_version: 1,
      risk_score: 70,
      band: 'high' as const,
      reasons: ['slower between keys'],
      at: later(ms),
    });
    const decisions = [decision(1), decision(2)];
    await stores().decisions.add(decisions);
    await stores().decisions.add(decisions);
    const page = await stores().decisions.ofSession(session_id, { limit: 5 });
    expect(page).toEqual({ items: decisions.toReversed(), next_cursor: null, total: 2 });
  });

  it('are counted by rule, each session once, and what was only reported apart', async () => {
    const [one, other] = [newId<SessionId>(), newId<SessionId>()];
    const decided = (session_id: SessionId, ms: number, part: Partial<DecisionRecord>) => ({
      id: newId<string>(),
      session_id,
      user_id: newId<UserId>(),
      effect: 'allow' as const,
      previous_effect: 'allow' as const,
      rule_id: 'last',
      rule_name: 'Else',
      rule_condition: 'always',
      would: [],
      resource: null,
      policy_version: 7,
      risk_score: 10,
      band: 'low' as const,
      reasons: [],
      at: new Date(later(86_400_000).getTime() + ms),
      ...part,
    });
    const would = [
      { policy_version: 8, rule_id: 'strict', rule_name: 'S', effect: 'step_up' as const },
    ];
    await stores().decisions.add([
      decided(one, 1, {}),
      decided(one, 2, { would }),
      decided(other, 3, { would }),
      decided(other, 4, { effect: 'step_up', rule_id: 'ask' }),
    ]);
    const activity = await stores().decisions.activity(later(86_400_000));
    expect(activity).toMatchObject({ sessions: 2, challenged: 1, terminated: 0 });
    const counts = activity.rules.map(({ policyVersion, ruleId, reported, sessions, decisions }) =>
      [policyVersion ?? 'all', ruleId, reported, sessions, decisions].join(' '),
    );
    expect(counts.sort()).toEqual(['8 strict true 2 2', 'all ask false 1 1', 'all last false 2 3']);
  });
});
