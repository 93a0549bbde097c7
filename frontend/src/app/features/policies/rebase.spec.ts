// Specs of putting a draft on top of another version.
import { describe, expect, it } from 'vitest';
import type { PolicyDraft, PolicyRule } from '../../core/wire';
import { rebase } from './rebase';

const rule = (id: string, risk = 50): PolicyRule => ({
  id,
  name: id,
  when: { risk_at_least: risk },
  effect: 'step_up',
});
const draft = (...rules: PolicyRule[]): PolicyDraft => ({
  rules,
  hysteresis: { margin: 5, hold_seconds: 60 },
  resources: [],
});
const [a, b, c] = [rule('a'), rule('b'), rule('c')];

describe('rebase', () => {
  it('keeps what only one side changed', () => {
    const rebased = rebase(draft(a, b), draft(rule('a', 40), b), draft(a, rule('b', 70)));
    expect(rebased).toEqual({ draft: draft(rule('a', 40), rule('b', 70)), clashes: [] });
  });

  it('keeps mine where both changed one rule, and names it', () => {
    const rebased = rebase(draft(a), draft(rule('a', 40)), draft(rule('a', 70)));
    expect(rebased).toEqual({ draft: draft(rule('a', 40)), clashes: ['a'] });
  });

  it('takes additions and removals of both sides', () => {
    const mine = draft(a, c, b);
    const theirs = draft(b, rule('d'));
    expect(rebase(draft(a, b), mine, theirs)).toEqual({
      draft: draft(c, b, rule('d')),
      clashes: [],
    });
  });

  it('keeps my order when I changed it, else theirs', () => {
    expect(rebase(draft(a, b, c), draft(c, a, b), draft(a, b, c)).draft).toEqual(draft(c, a, b));
    expect(rebase(draft(a, b, c), draft(a, b, c), draft(b, a, c)).draft).toEqual(draft(b, a, c));
  });

  it('of a draft without changes is the other version', () => {
    const theirs = { ...draft(b), hysteresis: { margin: 9, hold_seconds: 1 } };
    expect(rebase(draft(a), draft(a), theirs)).toEqual({ draft: theirs, clashes: [] });
  });
});
