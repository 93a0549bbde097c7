// The search for thresholds: within its budget on the days that it is fitted on, and never worse than today's there.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SessionId, UserId } from '@verity/protocol/ids';
import type { PolicyDraft } from '@verity/protocol/policy/schemas';
import { DEFAULT_POLICY } from './default-policy';
import {
  frontierOf,
  LEVELS,
  searchThresholds,
  thresholdsOf,
  withThresholds,
  type SessionSet,
} from './optimise';
import { prepareSession } from './replay';

const START = Date.parse('2026-03-01T12:00:00.000Z');
const still = async () => undefined;
const tools = { breathe: still, tried: still };

const sessionOf = (scores: number[], at: number) =>
  prepareSession({
    sessionId: `01960000-0000-7000-8000-${String(at).padStart(12, '0')}` as SessionId,
    userId: '01960000-0000-7000-8000-000000000002' as UserId,
    moments: scores.map((score, minute) => ({
      at: START + minute * 60_000,
      score,
      weights: {},
      facts: {
        role: 'user',
        groups: [],
        deviceTrusted: true,
        totpEnrolled: true,
        passkeyEnrolled: false,
        stepUpAt: null,
      },
    })),
  });
const setOf = (all: number[][]): SessionSet => ({
  sessions: all.map(sessionOf),
  total: all.length,
  weight: 1,
  calmExposure: 0,
});
const asking = (floor: number): PolicyDraft => ({
  rules: [
    { id: 'ask', name: 'Ask', when: { risk_at_least: floor }, effect: 'step_up' },
    { id: 'rest', name: 'Rest', when: {}, effect: 'allow' },
  ],
  hysteresis: { margin: 0, hold_seconds: 0 },
  resources: [],
});

const sessions = fc.array(
  fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 8 }),
  {
    minLength: 5,
    maxLength: 25,
  },
);

describe('the search', () => {
  it('never exceeds its budget on the days that it is fitted on, and is never worse than a policy within it', async () => {
    await fc.assert(
      fc.asyncProperty(sessions, fc.integer({ min: 0, max: 1500 }), async (all, budget) => {
        const search = await searchThresholds(asking(60), setOf(all), null, budget, tools);
        if (!search.best) return;
        expect(search.best.fit.friction).toBeLessThanOrEqual(budget);
        for (const point of search.frontier) {
          if (point.fit.friction > budget) continue;
          expect(search.best.fit.exposure).toBeLessThanOrEqual(point.fit.exposure + 1e-9);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('tries every combination of few thresholds, and finds the one that is best', async () => {
    // A stranger at 70 and owners at 40: asking from between them costs one challenge of ten.
    const set = setOf([[10, 70, 70, 70], ...Array.from({ length: 9 }, () => [10, 40, 40, 40])]);
    const search = await searchThresholds(asking(90), set, set, 100, tools);
    expect(search).toMatchObject({ exhaustive: true, tried: LEVELS.length });
    expect(search.best?.thresholds.ask).toBeGreaterThan(40);
    expect(search.best?.thresholds.ask).toBeLessThanOrEqual(70);
    expect(search.best?.fit).toMatchObject({ challenges: 1, friction: 100 });
    expect(search.best?.held_out).toEqual(search.best?.fit);
  });

  it('goes through the many thresholds of the policy that a new installation has', async () => {
    const set = setOf([
      [10, 70, 70],
      [10, 35, 30],
      [20, 50, 20],
      [12, 12],
    ]);
    const search = await searchThresholds(DEFAULT_POLICY, set, null, 300, tools);
    expect(search.exhaustive).toBe(false);
    expect(Object.keys(search.today.thresholds)).toEqual([
      'admin-high-restricted',
      'high-step-up',
      'admin-medium-step-up',
      'untrusted-medium-step-up',
    ]);
    if (search.best) expect(search.best.fit.friction).toBeLessThanOrEqual(300);
  });

  it('proposes nothing when nothing keeps the budget', async () => {
    const always: PolicyDraft = {
      ...asking(60),
      rules: [
        { id: 'ask', name: 'Ask', when: { risk_at_least: 60 }, effect: 'step_up' },
        { id: 'all', name: 'All', when: {}, effect: 'step_up' },
      ],
    };
    const search = await searchThresholds(always, setOf([[10], [20]]), null, 100, tools);
    expect(search.best).toBeNull();
  });

  it('changes thresholds and nothing else', () => {
    const moved = withThresholds(DEFAULT_POLICY, { 'high-step-up': 70 });
    expect(thresholdsOf(moved)).toMatchObject({ 'high-step-up': 70, 'admin-medium-step-up': 45 });
    expect(moved.rules.map(({ id }) => id)).toEqual(DEFAULT_POLICY.rules.map(({ id }) => id));
    expect(withThresholds(moved, { 'high-step-up': 60 })).toEqual(DEFAULT_POLICY);
  });
});

describe('the frontier', () => {
  it('falls in exposure as friction grows, and nothing left out beats a point of it', () => {
    const points = fc.array(
      fc.record({ fit: fc.record({ friction: fc.nat(50), exposure: fc.nat(50) }) }),
      { minLength: 1, maxLength: 20 },
    );
    fc.assert(
      fc.property(points, (all) => {
        const frontier = frontierOf(all);
        frontier.forEach(({ fit }, i) => {
          const next = frontier[i + 1]?.fit;
          if (next)
            expect([next.friction > fit.friction, next.exposure < fit.exposure]).toEqual([
              true,
              true,
            ]);
          expect(
            all.some((one) => one.fit.friction <= fit.friction && one.fit.exposure < fit.exposure),
          ).toBe(false);
        });
      }),
    );
  });
});
