// Replays: the same verdicts as live, the same every time, and what time alone changes between two moments.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SessionId, UserId } from '@verity/protocol/ids';
import type { PolicyDraft } from '@verity/protocol/policy/schemas';
import { compareReplays } from './compare-replays';
import { compareEffects } from './decide';
import { DEFAULT_POLICY } from './default-policy';
import type { Moment, RecordedSession } from './moments';
import { prepareSession, replay } from './replay';

const START = Date.parse('2026-03-01T12:00:00.000Z');
const facts: Moment['facts'] = {
  role: 'user',
  groups: [],
  deviceTrusted: true,
  totpEnrolled: true,
  passkeyEnrolled: false,
  stepUpAt: null,
};
const moment = (second: number, score: number, changes: Partial<Moment['facts']> = {}): Moment => ({
  at: START + second * 1000,
  score,
  weights: {},
  facts: { ...facts, ...changes },
});
const session = (...moments: Moment[]): RecordedSession => ({
  sessionId: '01960000-0000-7000-8000-000000000001' as SessionId,
  userId: '01960000-0000-7000-8000-000000000002' as UserId,
  moments,
});
const judge = (recorded: RecordedSession, policy: PolicyDraft = DEFAULT_POLICY) =>
  replay(policy, prepareSession(recorded));

const scores = fc.array(
  fc.record({ gap: fc.integer({ min: 1, max: 90 }), score: fc.integer({ min: 0, max: 100 }) }),
  {
    minLength: 1,
    maxLength: 60,
  },
);
const recordedOf = (steps: { gap: number; score: number }[]): RecordedSession => {
  let second = 0;
  return session(...steps.map(({ gap, score }) => moment((second += gap), score)));
};
const withFloor = (floor: number): PolicyDraft => ({
  rules: [
    { id: 'ask', name: 'Ask', when: { risk_at_least: floor }, effect: 'step_up' },
    { id: 'rest', name: 'Rest', when: {}, effect: 'allow' },
  ],
  hysteresis: { margin: 0, hold_seconds: 0 },
  resources: [],
});

describe('a replay', () => {
  it('leaves a calm session alone and weighs its minutes by the probability of a stranger', () => {
    const replayed = judge(session(moment(0, 10), moment(60, 10), moment(120, 10)));
    expect(replayed).toMatchObject({ strictest: 'allow', challenges: 0, termination: null });
    expect(replayed.exposure).toBeCloseTo(0.2, 9);
  });

  it('counts nothing for a gap longer than two minutes: nobody was there', () => {
    const replayed = judge(session(moment(0, 10), moment(3600, 10)));
    expect(replayed.exposure).toBeCloseTo(0.2, 9);
  });

  it('knows a challenge by its rule, and ends the session when no proof comes', () => {
    const replayed = judge(session(moment(0, 85), moment(60, 85), moment(120, 85)));
    expect(replayed.firstChallenge).toMatchObject({ ruleId: 'high-step-up', at: START });
    // Ten seconds, not the minute at which the next moment was recorded.
    expect(replayed.termination).toMatchObject({ ruleId: 'critical-ends', at: START + 10_000 });
    expect(replayed.exposure).toBe(0);
  });

  it('takes a recorded proof for an answer', () => {
    const proof = { stepUpAt: START + 5_000 };
    const replayed = judge(session(moment(0, 85), moment(5, 30, proof), moment(60, 12, proof)));
    expect(replayed).toMatchObject({ strictest: 'step_up', challenges: 1, termination: null });
  });

  it('counts two challenges when the risk fell in between for long enough', () => {
    const replayed = judge(
      session(moment(0, 65), moment(30, 20), moment(120, 20), moment(200, 70), moment(230, 70)),
    );
    expect(replayed.challenges).toBe(2);
  });

  it('is the same every time, and never ends a session twice', () => {
    fc.assert(
      fc.property(scores, (steps) => {
        const recorded = recordedOf(steps);
        const first = judge(recorded);
        expect(judge(recorded)).toEqual(first);
        expect(first.exposure).toBeGreaterThanOrEqual(0);
        if (first.termination) expect(first.strictest).toBe('terminate');
        expect(first.challenges > 0).toBe(first.firstChallenge !== null);
      }),
    );
  });

  it('is never stricter by a higher threshold, and never leaves a stranger less time', () => {
    fc.assert(
      fc.property(
        scores,
        fc.integer({ min: 5, max: 90 }),
        fc.integer({ min: 1, max: 10 }),
        (steps, floor, more) => {
          const recorded = recordedOf(steps);
          const [low, high] = [
            judge(recorded, withFloor(floor)),
            judge(recorded, withFloor(floor + more)),
          ];
          expect(compareEffects(low.strictest, high.strictest)).toBeGreaterThanOrEqual(0);
          expect(high.exposure).toBeGreaterThanOrEqual(low.exposure - 1e-9);
        },
      ),
    );
  });

  it('believes people over the score: a session said to be a stranger’s is exposure in full', () => {
    const recorded = session(moment(0, 10), moment(60, 10));
    expect(replay(DEFAULT_POLICY, prepareSession(recorded, 'stranger')).exposure).toBeCloseTo(1, 9);
    expect(replay(DEFAULT_POLICY, prepareSession(recorded, 'owner')).exposure).toBe(0);
  });
});

describe('two replays', () => {
  it('differ by what is stricter, and what ends for want of a proof that was never asked is marked', () => {
    const recorded = session(moment(0, 50), moment(60, 50), moment(120, 50));
    const draft: PolicyDraft = {
      ...DEFAULT_POLICY,
      rules: [
        {
          id: 'ends',
          name: 'Ends',
          when: { risk_at_least: 40, challenged_for_seconds: 30 },
          effect: 'terminate',
        },
        { id: 'asks', name: 'Asks', when: { risk_at_least: 40 }, effect: 'step_up' },
        ...DEFAULT_POLICY.rules,
      ],
    };
    const compared = compareReplays(judge(recorded), judge(recorded, draft), draft);
    expect(compared).toMatchObject({ difference: 'stricter', assumesNoProof: true });
    const same = compareReplays(judge(recorded), judge(recorded), DEFAULT_POLICY);
    expect(same.difference).toBe('none');
    expect(compared.rank).toBeGreaterThan(same.rank);
  });
});
