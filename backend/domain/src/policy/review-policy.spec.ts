// Specs of the review of a draft: what is refused, what is warned of, and where exactly.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ROLES } from '@verity/protocol/identity/schemas';
import { SOURCES } from '@verity/protocol/risk/schemas';
import {
  SENSITIVITIES,
  type PolicyDraft,
  type Resource,
  type Rule,
} from '@verity/protocol/policy/schemas';
import { holds, type Facts } from './decide';
import { DEFAULT_POLICY } from './default-policy';
import { isCoveredBy, reviewPolicy, type ReviewContext } from './review-policy';

const NOW = new Date('2026-03-01T09:00:00.000Z');
const context: ReviewContext = {
  groups: new Set(['staff']),
  admins: [{ groups: [], totpEnrolled: true, passkeyEnrolled: false }],
  calmScore: 10,
  now: NOW,
};
const last: Rule = { id: 'last', name: 'Everything else', when: {}, effect: 'allow' };
const rule = (when: Rule['when'], part: Partial<Rule> = {}): Rule => ({
  id: 'one',
  name: 'One',
  when,
  effect: 'step_up',
  ...part,
});
const draft = (...rules: Rule[]): PolicyDraft => ({
  rules: [...rules, last],
  hysteresis: { margin: 5, hold_seconds: 60 },
  resources: [],
});
const found = (policy: PolicyDraft, given: Partial<ReviewContext> = {}) =>
  reviewPolicy(policy, { ...context, ...given }).map(({ severity, path }) => `${severity} ${path}`);

describe('a review', () => {
  it('finds nothing in the policy that comes with Verity', () => {
    expect(reviewPolicy(DEFAULT_POLICY, context)).toEqual([]);
  });

  it('refuses a condition that can never hold, at its place', () => {
    expect(found(draft(rule({ risk_at_least: 60, risk_below: 60 })))).toEqual([
      'error /rules/0/when/risk_below',
    ]);
  });

  it('refuses groups and resources that are not there', () => {
    const policy = draft(rule({ groups: ['staff', 'ghosts'], resources: ['vault'] }));
    expect(found(policy)).toEqual([
      'error /rules/0/when/groups/1',
      'error /rules/0/when/resources/0',
    ]);
  });

  it('warns of a rule that an earlier one leaves nothing to decide', () => {
    const ask = rule({ risk_at_least: 60 });
    const narrower = rule({ risk_at_least: 80, roles: ['user'] }, { id: 'two' });
    expect(found(draft(ask, narrower))).toEqual(['warning /rules/1']);
    expect(found({ ...draft(), rules: [last, ask] })).toEqual(['warning /rules/1']);
  });

  it('does not count rules that only report or notify as deciding', () => {
    const ask = rule({ risk_at_least: 60 });
    const narrower = rule({ risk_at_least: 80 }, { id: 'two', effect: 'terminate' });
    expect(found(draft({ ...ask, report_only: true }, narrower))).toEqual([]);
    expect(found(draft({ ...ask, effect: 'notify' }, narrower))).toEqual([]);
  });

  it('warns of two resources that stand for the same requests', () => {
    const books: Resource = { id: 'a', name: 'A', path_prefix: '/x', sensitivity: 'low' };
    const policy = { ...draft(), resources: [books, { ...books, id: 'b', path_prefix: '/x/' }] };
    expect(found(policy)).toEqual(['warning /resources/1']);
  });
});

describe('a policy that locks out every admin', () => {
  it('is refused, and the rule that does it is named', () => {
    for (const effect of ['step_up', 'restrict', 'terminate'] as const) {
      const [finding] = reviewPolicy(draft(rule({ roles: ['admin'] }, { effect })), context);
      expect(finding).toMatchObject({ severity: 'error', path: '/rules/0' });
      expect(finding?.message).toContain('"One"');
    }
  });

  it('is refused too when it only guards the way to the policy', () => {
    const policy = {
      ...draft(rule({ resources: ['policy'] }, { effect: 'restrict' })),
      resources: [
        { id: 'policy', name: 'P', path_prefix: '/api/v1/policies', sensitivity: 'high' as const },
      ],
    };
    expect(found(policy)).toEqual(['error /rules/0']);
  });

  it('passes when one admin is left a way in, or proof opens it', () => {
    const guarded = draft(rule({ roles: ['admin'], totp_enrolled: false }, { effect: 'restrict' }));
    expect(found(guarded)).toEqual([]);
    const admins = [{ groups: [], totpEnrolled: false, passkeyEnrolled: false }];
    expect(found(guarded, { admins })).toEqual(['error /rules/0']);
    expect(found(draft(rule({ roles: ['admin'], no_step_up_within: 900 })))).toEqual([]);
  });
});

describe('isCoveredBy', () => {
  const conditions: fc.Arbitrary<Rule['when']> = fc.record(
    {
      risk_at_least: fc.constantFrom(0, 20, 50),
      risk_below: fc.constantFrom(50, 80),
      roles: fc.subarray([...ROLES], { minLength: 1 }),
      groups: fc.subarray(['a', 'b'], { minLength: 1 }),
      device_trusted: fc.boolean(),
      totp_enrolled: fc.boolean(),
      signals: fc.subarray([...SOURCES].slice(1, 3), { minLength: 1 }),
      signal_weight: fc.constantFrom(0.2, 0.5, 2),
      sensitivity: fc.subarray([...SENSITIVITIES], { minLength: 1 }),
      resources: fc.subarray(['x', 'y'], { minLength: 1 }),
      no_step_up_within: fc.constantFrom(60, 3600),
      challenged_for_seconds: fc.constantFrom(10, 60),
    },
    { requiredKeys: [] },
  );
  const someFacts: fc.Arbitrary<Facts> = fc.record({
    riskScore: fc.constantFrom(0, 10, 30, 60, 90),
    role: fc.constantFrom(...ROLES),
    groups: fc.subarray(['a', 'b']),
    deviceTrusted: fc.boolean(),
    totpEnrolled: fc.boolean(),
    passkeyEnrolled: fc.boolean(),
    lastStepUpAt: fc.constantFrom(null, NOW, new Date(NOW.getTime() - 600_000)),
    contributions: fc.array(
      fc.record({
        source: fc.constantFrom(...SOURCES.slice(0, 4)),
        log_odds: fc.constantFrom(0.1, 0.4, 1, 3),
        value: fc.constant(''),
      }),
      { maxLength: 2 },
    ),
    resource: fc.record({
      id: fc.constantFrom('x', 'y', 'z'),
      sensitivity: fc.constantFrom(...SENSITIVITIES),
    }),
  });

  it('is never true where the wide condition fails and the narrow one holds', () => {
    const since = fc.constantFrom(null, NOW.getTime() - 30_000, NOW.getTime() - 90_000);
    fc.assert(
      fc.property(conditions, conditions, someFacts, since, (narrow, wide, facts, challenged) => {
        if (!isCoveredBy(narrow, wide) || !holds(narrow, facts, challenged, NOW)) return;
        expect(holds(wide, facts, challenged, NOW)).toBe(true);
      }),
      { numRuns: 5000 },
    );
  });

  it('holds of every condition and itself', () => {
    fc.assert(fc.property(conditions, (when) => isCoveredBy(when, when)));
  });
});
