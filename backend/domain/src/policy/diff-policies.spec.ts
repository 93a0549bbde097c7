// Specs of the difference between two versions of a policy.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PolicyDraft, Rule } from '@verity/protocol/policy/schemas';
import { DEFAULT_POLICY } from './default-policy';
import { diffPolicies } from './diff-policies';

const rule = (id: string, risk = 50): Rule => ({
  id,
  name: `Rule ${id}`,
  when: { risk_at_least: risk },
  effect: 'step_up',
});
const draft = (...rules: Rule[]): PolicyDraft => ({
  rules,
  hysteresis: { margin: 5, hold_seconds: 60 },
  resources: [],
});

describe('diffPolicies', () => {
  it('finds nothing between a policy and itself', () => {
    expect(diffPolicies(DEFAULT_POLICY, structuredClone(DEFAULT_POLICY))).toEqual([]);
  });

  it('names what was added, removed and changed, with both wordings', () => {
    const changes = diffPolicies(draft(rule('a'), rule('b')), draft(rule('a', 40), rule('c')));
    expect(changes).toEqual([
      { rule_id: 'b', kind: 'removed', before: 'Rule b: ask for proof when risk is 50 or more' },
      {
        rule_id: 'a',
        kind: 'changed',
        before: 'Rule a: ask for proof when risk is 50 or more',
        after: 'Rule a: ask for proof when risk is 40 or more',
      },
      { rule_id: 'c', kind: 'added', after: 'Rule c: ask for proof when risk is 50 or more' },
    ]);
  });

  it('names the one rule that moved, not those that it passed', () => {
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((id) => rule(id)) as [Rule, Rule, Rule, Rule];
    expect(diffPolicies(draft(a, b, c, d), draft(d, a, b, c))).toEqual([
      { rule_id: 'd', kind: 'moved', before: 'rule 4', after: 'rule 1' },
    ]);
  });

  it('sees a change of the hysteresis', () => {
    const other = { ...draft(rule('a')), hysteresis: { margin: 9, hold_seconds: 60 } };
    expect(diffPolicies(draft(rule('a')), other)).toMatchObject([{ rule_id: 'hysteresis' }]);
  });

  it('is empty exactly when nothing changed', () => {
    const ids = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1 });
    fc.assert(
      fc.property(ids, ids, (before, after) => {
        const same = before.join() === after.join();
        const changes = diffPolicies(
          draft(...before.map((i) => rule(i))),
          draft(...after.map((i) => rule(i))),
        );
        expect(changes.length === 0).toBe(same);
      }),
    );
  });
});
