// Specs of the decision point: total, deterministic, stricter with risk, quick to tighten and slow to ease.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ROLES } from '@verity/protocol/identity/schemas';
import { SOURCES } from '@verity/protocol/risk/schemas';
import { EFFECTS, PolicyDraft, type Rule } from '@verity/protocol/policy/schemas';
import { compareEffects, decide, type DecisionState, type Facts } from './decide';
import { DEFAULT_POLICY } from './default-policy';

const NOW = new Date('2026-03-01T09:00:00.000Z');
const later = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1000);
const facts = (part: Partial<Facts> = {}): Facts => ({
  riskScore: 10,
  role: 'user',
  groups: [],
  deviceTrusted: true,
  totpEnrolled: true,
  passkeyEnrolled: false,
  lastStepUpAt: null,
  contributions: [],
  ...part,
});

const anyFacts: fc.Arbitrary<Facts> = fc.record({
  riskScore: fc.double({ min: 0, max: 100, noNaN: true }),
  role: fc.constantFrom(...ROLES),
  groups: fc.subarray(['staff', 'contractors']),
  deviceTrusted: fc.boolean(),
  totpEnrolled: fc.boolean(),
  passkeyEnrolled: fc.boolean(),
  lastStepUpAt: fc.option(fc.integer({ min: -7200, max: 0 }).map(later)),
  contributions: fc.array(
    fc.record({
      source: fc.constantFrom(...SOURCES),
      log_odds: fc.double({ min: -8, max: 8, noNaN: true }),
      value: fc.string(),
    }),
    { maxLength: 6 },
  ),
});
const sensitivity = fc.constantFrom('low' as const, 'medium' as const, 'high' as const);

describe('the default policy', () => {
  it('fits its own schema', () => {
    expect(PolicyDraft.parse(DEFAULT_POLICY)).toEqual(DEFAULT_POLICY);
  });

  it('is never milder at a higher risk, for sessions and for requests', () => {
    fc.assert(
      fc.property(
        anyFacts,
        fc.double({ min: 0, max: 100, noNaN: true }),
        fc.option(sensitivity, { nil: undefined }),
        (one, other, level) => {
          const resource = level ? { resource: { sensitivity: level } } : {};
          const [low, high] = [Math.min(one.riskScore, other), Math.max(one.riskScore, other)];
          const mild = decide(DEFAULT_POLICY, { ...one, ...resource, riskScore: low }, null, NOW);
          const strict = decide(
            DEFAULT_POLICY,
            { ...one, ...resource, riskScore: high },
            null,
            NOW,
          );
          expect(compareEffects(strict.effect, mild.effect)).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });

  it('asks before it ends a session, and tells the operators when it does', () => {
    expect(decide(DEFAULT_POLICY, facts({ riskScore: 59.9 }), null, NOW).effect).toBe('allow');
    expect(decide(DEFAULT_POLICY, facts({ riskScore: 60 }), null, NOW).effect).toBe('step_up');
    // However far the score jumps, the person is asked first; meanwhile the session can do nothing else.
    const asked = decide(DEFAULT_POLICY, facts({ riskScore: 90 }), null, NOW);
    expect(asked).toMatchObject({ effect: 'step_up', notify: ['notify-critical'] });
    const still = decide(DEFAULT_POLICY, facts({ riskScore: 90 }), asked.state, later(9));
    expect(still.effect).toBe('step_up');
    const ended = decide(DEFAULT_POLICY, facts({ riskScore: 81 }), still.state, later(10));
    expect(ended).toMatchObject({ effect: 'terminate', ruleId: 'critical-ends' });
    const extreme = decide(DEFAULT_POLICY, facts({ riskScore: 95 }), null, NOW);
    expect(extreme).toMatchObject({ effect: 'terminate', ruleId: 'extreme-ends' });
  });

  it('is stricter with administrators', () => {
    const at = (riskScore: number, totpEnrolled = true): string =>
      decide(DEFAULT_POLICY, facts({ riskScore, totpEnrolled, role: 'admin' }), null, NOW).effect;
    expect(at(45)).toBe('step_up');
    expect(at(65, false)).toBe('restrict');
  });

  it('asks once an hour on an untrusted device at medium risk', () => {
    const medium = facts({ riskScore: 35, deviceTrusted: false });
    expect(decide(DEFAULT_POLICY, medium, null, NOW).effect).toBe('step_up');
    const proven = { ...medium, lastStepUpAt: later(-600) };
    expect(decide(DEFAULT_POLICY, proven, null, NOW).effect).toBe('allow');
  });

  it('guards sensitive resources earlier than the session', () => {
    const medium = facts({ riskScore: 35 });
    const request = { ...medium, resource: { sensitivity: 'high' as const } };
    expect(decide(DEFAULT_POLICY, medium, null, NOW).effect).toBe('allow');
    expect(decide(DEFAULT_POLICY, request, null, NOW).effect).toBe('step_up');
  });
});

describe('any policy', () => {
  const condition: fc.Arbitrary<Rule['when']> = fc.record(
    {
      risk_at_least: fc.nat(100),
      risk_below: fc.nat(100),
      roles: fc.subarray([...ROLES], { minLength: 1 }),
      device_trusted: fc.boolean(),
      signals: fc.subarray([...SOURCES], { minLength: 1 }),
      sensitivity: fc.subarray(['low' as const, 'medium' as const, 'high' as const], {
        minLength: 1,
      }),
      totp_enrolled: fc.boolean(),
      strong_proof_enrolled: fc.boolean(),
      no_step_up_within: fc.integer({ min: 1, max: 7200 }),
    },
    { requiredKeys: [] },
  );
  const policy = fc
    .record({
      rules: fc.array(
        fc.record({ when: condition, effect: fc.constantFrom(...EFFECTS, 'notify' as const) }),
        { maxLength: 6 },
      ),
      margin: fc.nat(20),
      hold: fc.nat(300),
    })
    .map(({ rules, margin, hold }): PolicyDraft => ({
      rules: rules.map((rule, i) => ({ id: `r-${i}`, name: `Rule ${i}`, ...rule })),
      hysteresis: { margin, hold_seconds: hold },
      resources: [],
    }));

  it('decides always, the same each time, leaves a JSON state, and refuses when no rule fits', () => {
    fc.assert(
      fc.property(policy, fc.array(anyFacts, { minLength: 1, maxLength: 6 }), (draft, all) => {
        let state: DecisionState | null = null;
        all.forEach((one, i) => {
          const now = later(i * 30);
          const decision = decide(draft, one, state, now);
          expect(decide(draft, one, state, now)).toEqual(decision);
          expect(EFFECTS).toContain(decision.effect);
          if (!draft.rules.some(({ effect }) => effect !== 'notify')) {
            expect(decision.effect).toBe('restrict');
          }
          if (state) {
            const unheld = decide(draft, one, null, now).effect;
            expect(compareEffects(decision.effect, unheld)).toBeGreaterThanOrEqual(0);
          }
          state = JSON.parse(JSON.stringify(decision.state)) as DecisionState;
          expect(state).toEqual(decision.state);
        });
      }),
    );
  });
});

describe('a rule in report-only mode', () => {
  const stepUp: Rule = { id: 'ask', name: 'Ask', when: { risk_at_least: 20 }, effect: 'step_up' };
  const last: Rule = { id: 'last', name: 'Else', when: {}, effect: 'allow' };
  const policy = (...rules: Rule[]): PolicyDraft => ({
    rules: [...rules, last],
    hysteresis: { margin: 5, hold_seconds: 60 },
    resources: [],
  });

  it('tells what it would have done and leaves the decision to the next rule', () => {
    const reporting = policy({ ...stepUp, report_only: true });
    expect(decide(reporting, facts({ riskScore: 30 }), null, NOW)).toMatchObject({
      effect: 'allow',
      ruleId: 'last',
      would: [{ ruleId: 'ask', effect: 'step_up' }],
    });
    expect(decide(reporting, facts({ riskScore: 10 }), null, NOW).would).toEqual([]);
  });

  it('tells nothing where an earlier rule has decided', () => {
    const hidden = policy({ ...stepUp, id: 'first' }, { ...stepUp, report_only: true });
    expect(decide(hidden, facts({ riskScore: 30 }), null, NOW).would).toEqual([]);
  });

  it('changes no effect, whatever it says and wherever it stands', () => {
    const anyRule = fc.record({
      when: fc.record({ risk_at_least: fc.nat(100) }, { requiredKeys: [] }),
      effect: fc.constantFrom(...EFFECTS, 'notify' as const),
      report_only: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(anyRule, { maxLength: 6 }), anyFacts, (some, one) => {
        const rules = some.map((rule, i) => ({ id: `r-${i}`, name: `R ${i}`, ...rule }));
        const without = policy(...rules.filter(({ report_only }) => !report_only));
        const { would, ...decided } = decide(policy(...rules), one, null, NOW);
        const { would: none, ...expected } = decide(without, one, null, NOW);
        expect(decided).toEqual(expected);
        expect(none).toEqual([]);
        expect(
          would.every(({ ruleId }) => rules.find(({ id }) => id === ruleId)?.report_only),
        ).toBe(true);
      }),
    );
  });
});

describe('scope', () => {
  const policy: PolicyDraft = {
    rules: [
      { id: 'staff', name: 'Staff', when: { groups: ['staff', 'board'] }, effect: 'allow' },
      { id: 'books', name: 'Books', when: { resources: ['books'] }, effect: 'restrict' },
      { id: 'last', name: 'Else', when: {}, effect: 'step_up' },
    ],
    hysteresis: { margin: 5, hold_seconds: 60 },
    resources: [],
  };
  const ruleFor = (part: Partial<Facts>): string => decide(policy, facts(part), null, NOW).ruleId;

  it('by group holds for members of any of the groups', () => {
    expect(ruleFor({ groups: ['guests', 'board'] })).toBe('staff');
    expect(ruleFor({ groups: ['guests'] })).toBe('last');
    expect(ruleFor({ groups: [] })).toBe('last');
  });

  it('by resource holds for requests to it alone', () => {
    expect(ruleFor({ resource: { id: 'books', sensitivity: 'low' } })).toBe('books');
    expect(ruleFor({ resource: { id: 'mail', sensitivity: 'low' } })).toBe('last');
    expect(ruleFor({ resource: { sensitivity: 'low' } })).toBe('last');
    expect(ruleFor({})).toBe('last');
  });
});

describe('hysteresis', () => {
  const after = (steps: [seconds: number, part: Partial<Facts>][]) => {
    let state: DecisionState | null = null;
    let last = decide(DEFAULT_POLICY, facts(), null, NOW);
    for (const [seconds, part] of steps) {
      last = decide(DEFAULT_POLICY, facts(part), state, later(seconds));
      state = last.state;
    }
    return last;
  };

  it('tightens at once', () => {
    expect(
      after([
        [0, { riskScore: 10 }],
        [1, { riskScore: 61 }],
      ]).effect,
    ).toBe('step_up');
  });

  it('holds while the score is within the margin, then for the hold time', () => {
    const high: [number, Partial<Facts>] = [0, { riskScore: 65 }];
    expect(after([high, [1, { riskScore: 56 }], [500, { riskScore: 56 }]]).effect).toBe('step_up');
    const calm = after([high, [1, { riskScore: 50 }], [60, { riskScore: 50 }]]);
    expect(calm.effect).toBe('step_up');
    expect(calm.holdUntil).toEqual(later(61));
    expect(after([high, [1, { riskScore: 50 }], [61, { riskScore: 50 }]]).effect).toBe('allow');
  });

  it('begins to wait anew when the score comes back', () => {
    expect(
      after([
        [0, { riskScore: 65 }],
        [1, { riskScore: 50 }],
        [40, { riskScore: 58 }],
        [65, { riskScore: 50 }],
        [100, { riskScore: 50 }],
      ]).effect,
    ).toBe('step_up');
  });

  it('eases at once on fresh proof, but not on old', () => {
    const steps = (proof: number): [number, Partial<Facts>][] => [
      [100, { riskScore: 65 }],
      [110, { riskScore: 20, lastStepUpAt: later(proof) }],
    ];
    expect(after(steps(105)).effect).toBe('allow');
    expect(after(steps(50)).effect).toBe('step_up');
  });

  it('never revives a terminated session', () => {
    const steps: [number, Partial<Facts>][] = [
      [0, { riskScore: 96 }],
      [9000, { riskScore: 1, lastStepUpAt: later(8000) }],
      [99_000, { riskScore: 1, lastStepUpAt: later(98_000) }],
    ];
    expect(after(steps).effect).toBe('terminate');
  });

  it('leaves the state of the session alone when it decides about a resource', () => {
    const held = decide(DEFAULT_POLICY, facts({ riskScore: 65 }), null, NOW);
    const request = facts({ riskScore: 10, resource: { sensitivity: 'low' } });
    const decision = decide(DEFAULT_POLICY, request, held.state, later(5));
    expect(decision.effect).toBe('step_up');
    expect(decision.state).toEqual(held.state);
  });
});
