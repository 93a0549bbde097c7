// What counts as a true and a false challenge, and figures that add up.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OUTCOMES } from '@verity/protocol/policy/outcomes';
import { calculateEffectiveness, figuresOf, frictionOf, verdictOn } from './effectiveness';
import type { OutcomeCount } from './outcome-ports';

const one = (changes: Partial<OutcomeCount> = {}): OutcomeCount => ({
  day: '2026-03-01',
  policyVersion: 1,
  ruleId: 'high',
  ruleName: 'High',
  kind: 'challenge',
  outcome: 'passed',
  said: null,
  count: 1,
  secondsToStop: [],
  ...changes,
});
const counts = fc.array(
  fc.record({
    outcome: fc.constantFrom(...OUTCOMES),
    said: fc.constantFrom(null, 'owner' as const, 'stranger' as const),
    count: fc.integer({ min: 0, max: 50 }),
  }),
  { maxLength: 12 },
);

describe('a challenge', () => {
  it('was true when no proof came and false when it did; while it is open nobody can tell', () => {
    const verdicts = OUTCOMES.map((outcome) => verdictOn({ outcome, said: null }));
    expect(Object.fromEntries(OUTCOMES.map((outcome, i) => [outcome, verdicts[i]]))).toEqual({
      open: null,
      passed: 'false',
      failed: 'true',
      abandoned: 'true',
      terminated: 'true',
      eased: null,
    });
  });

  it('is what people say it was, whatever happened', () => {
    expect(verdictOn({ outcome: 'passed', said: 'stranger' })).toBe('true');
    expect(verdictOn({ outcome: 'terminated', said: 'owner' })).toBe('false');
  });
});

describe('figures', () => {
  it('add up: every challenge has one outcome, and true and false ones share what is decided', () => {
    fc.assert(
      fc.property(counts, (some) => {
        const figures = figuresOf(some.map((changes) => one(changes)));
        const { open, passed, failed, abandoned, terminated, eased } = figures;
        expect(open + passed + failed + abandoned + terminated + eased).toBe(figures.challenges);
        const { true_challenges: right, false_challenges: wrong } = figures;
        expect(right.count + wrong.count).toBe(right.of);
        expect(right.of).toBeLessThanOrEqual(figures.challenges);
        if (right.share !== null) expect(right.share + (wrong.share ?? 0)).toBeCloseTo(1, 9);
      }),
    );
  });

  it('are null where there is nothing to divide by', () => {
    expect(figuresOf([])).toMatchObject({
      true_challenges: { share: null, low: null, high: null },
      time_to_stop: null,
    });
    expect(frictionOf(0, 0)).toBeNull();
    expect(frictionOf(3, 100)).toBe(30);
  });

  it('are told by rule, version and day, each with its own sessions', async () => {
    const day = (date: string) => new Date(`${date}T00:00:00.000Z`);
    const effectiveness = await calculateEffectiveness(
      { from: day('2026-03-01'), to: day('2026-03-03') },
      {
        outcomes: {
          count: async () => [
            one({ count: 2 }),
            one({ outcome: 'abandoned', day: '2026-03-02', policyVersion: 2 }),
            one({
              kind: 'termination',
              outcome: 'terminated',
              ruleId: 'ends',
              policyVersion: 2,
              secondsToStop: [4, 12, 8],
              count: 3,
            }),
          ],
        },
        judged: {
          lived: async ({ from, to }) => (to.getTime() - from.getTime()) / 86_400_000 / 0.01,
          livedByDay: async () => [
            { day: '2026-03-01', sessions: 100 },
            { day: '2026-03-02', sessions: 50 },
          ],
        },
        policies: {
          inForce: async () => [
            { version: 1, since: day('2026-02-01') },
            { version: 2, since: day('2026-03-02') },
          ],
        },
      },
      new AbortController().signal,
    );
    expect(effectiveness.total).toMatchObject({
      challenges: 3,
      friction: 15,
      terminations: 3,
      time_to_stop: { known: 3, median: 8 },
    });
    expect(effectiveness.rules.map(({ rule_id }) => rule_id)).toEqual(['ends', 'high']);
    expect(effectiveness.versions).toMatchObject([
      { policy_version: 2, sessions: 100, friction: 10 },
      { policy_version: 1, sessions: 100, friction: 20 },
    ]);
    expect(effectiveness.days).toMatchObject([
      { day: '2026-03-01', challenges: 2, false_challenges: 2, friction: 20 },
      { day: '2026-03-02', challenges: 1, true_challenges: 1, friction: 20 },
    ]);
  });
});
