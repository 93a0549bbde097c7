// Specs of the score: exact sums, fading, bounds, what changes it, and that no single sign-in locks anybody out.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SessionId, UserId } from '@verity/protocol/ids';
import type { FindingMessage, Observation } from '@verity/protocol/risk/messages';
import { RiskScore, SOURCES } from '@verity/protocol/risk/schemas';
import { EVIDENCE, PRIOR_LOG_ODDS } from './evidence';
import { applyFinding, bandOf, initialRisk, scoreOf, scoreSession, type RiskState } from './score';
import { addressSignal, deviceSignal, hourSignal, stepUpSignal } from './signals';

const START = new Date('2026-03-01T09:00:00.000Z');
const session = '0190a000-0000-7000-8000-000000000001' as SessionId;
const user = '0190a000-0000-7000-8000-000000000002' as UserId;
const later = (seconds: number): Date => new Date(START.getTime() + seconds * 1000);
const fresh = (): RiskState => initialRisk(session, user, START);
const finding = (
  observations: Observation[],
  at = START,
  cause: FindingMessage['cause'] = 'batch',
): FindingMessage => ({
  session_id: session,
  user_id: user,
  observed_at: at.toISOString(),
  cause,
  observations,
});
const typing = (weight: number): Observation => ({
  source: 'keystroke',
  mode: 'add',
  weight,
  value: 'typing',
});
const replayed: Observation = { source: 'replay', mode: 'set', weight: 5, value: 'replay' };

const anyObservation = fc.record({
  source: fc.constantFrom(...SOURCES),
  mode: fc.constantFrom('add' as const, 'set' as const),
  weight: fc.double({ min: -12, max: 12, noNaN: true }),
  value: fc.string({ maxLength: 20 }),
});
const anyHistory = fc.array(
  fc.record({
    seconds: fc.integer({ min: 0, max: 7200 }),
    observations: fc.array(anyObservation, { maxLength: 4 }),
    cause: fc.constantFrom('batch' as const, 'step_up' as const, 'sign_in' as const),
  }),
  { maxLength: 12 },
);
const played = (
  history: {
    seconds: number;
    observations: Observation[];
    cause: 'batch' | 'step_up' | 'sign_in';
  }[],
) =>
  history
    .toSorted((a, b) => a.seconds - b.seconds)
    .reduce(
      (state, { seconds, observations, cause }) =>
        applyFinding(state, finding(observations, later(seconds), cause)),
      fresh(),
    );

describe('the score', () => {
  it('is the logistic of contributions that sum exactly, in any order', () => {
    fc.assert(
      fc.property(anyHistory, fc.integer({ min: 7200, max: 20_000 }), (history, seconds) => {
        const score = scoreSession(played(history), later(seconds));
        const parts = score.contributions.map(({ log_odds }) => log_odds);
        const sum = (xs: number[]): number => xs.reduce((a, b) => a + b, 0);
        expect(sum(parts)).toBe(score.log_odds);
        expect(sum(parts.toReversed())).toBe(score.log_odds);
        expect(sum(parts.toSorted((a, b) => a - b))).toBe(score.log_odds);
        expect(score.risk_score).toBe(100 / (1 + Math.exp(-score.log_odds)));
        expect(score.band).toBe(bandOf(score.risk_score));
        expect(RiskScore.parse(score)).toEqual(score);
      }),
    );
  });

  it('fades in silence: no contribution grows, and after a day it is the prior', () => {
    fc.assert(
      fc.property(anyHistory, fc.nat(3600), fc.nat(3600), (history, first, second) => {
        const state = played(history);
        const sizes = (seconds: number): Map<string, number> =>
          new Map(
            scoreSession(state, later(7200 + seconds)).contributions.map((c) => [
              c.source,
              Math.abs(c.log_odds),
            ]),
          );
        const before = sizes(first);
        for (const [source, size] of sizes(first + second)) {
          expect(size).toBeLessThanOrEqual(before.get(source) ?? 0);
        }
        const { risk_score } = scoreSession(state, later(40 * 86_400));
        expect(risk_score).toBeCloseTo(scoreOf(PRIOR_LOG_ODDS), 1);
      }),
    );
  });

  it('halves what typing said in five minutes', () => {
    const state = applyFinding(fresh(), finding([typing(4)]));
    const parts = scoreSession(state, later(300)).contributions;
    expect(parts.find(({ source }) => source === 'keystroke')?.log_odds).toBe(2);
  });

  it('keeps every source within its bounds', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        for (const { source, log_odds } of scoreSession(played(history), later(7200))
          .contributions) {
          if (source === 'prior') continue;
          expect(log_odds).toBeGreaterThanOrEqual(EVIDENCE[source].lowest);
          expect(log_odds).toBeLessThanOrEqual(EVIDENCE[source].highest);
        }
      }),
    );
  });

  it('rises to critical within ten windows of a stranger, after any time of the owner', () => {
    let state = fresh();
    let at = 0;
    for (let i = 0; i < 200; i++)
      state = applyFinding(state, finding([typing(-1.2)], later((at += 8))));
    expect(scoreSession(state, later(at)).band).toBe('low');
    for (let i = 0; i < 10; i++)
      state = applyFinding(state, finding([typing(0.9)], later((at += 8))));
    expect(scoreSession(state, later(at)).band).toBe('critical');
  });

  it('comes down again when the owner types on', () => {
    let state = applyFinding(fresh(), finding([typing(12)]));
    expect(scoreSession(state, START).band).toBe('critical');
    for (let i = 1; i <= 8; i++) state = applyFinding(state, finding([typing(-0.9)], later(i * 8)));
    expect(scoreSession(state, later(64)).band).toBe('low');
  });

  it('says what would change it, as re-scoring finds it', () => {
    const state = applyFinding(
      fresh(),
      finding([
        typing(3),
        deviceSignal({ isNew: true, trusted: false, changed: [], isFirst: false }),
      ]),
    );
    const now = later(10);
    const score = scoreSession(state, now);
    const device = score.contributions.find(({ source }) => source === 'device');
    const proven = scoreSession(
      applyFinding(state, finding([stepUpSignal('totp')], now, 'step_up')),
      now,
    );
    expect(device?.counterfactual?.action).toBe('an authenticator check');
    expect(device?.counterfactual?.score).toBeCloseTo(proven.risk_score, 0);
    expect(proven.risk_score).toBeLessThan(10);
    const keys = score.contributions.find(({ source }) => source === 'keystroke');
    expect(keys?.counterfactual?.action).toBe('30 more seconds of typing like yours');
    expect(bandOf(keys!.counterfactual!.score)).not.toBe(score.band);

    // Where more than the typing speaks against the session, typing on would not leave the band.
    const certain = scoreSession(applyFinding(fresh(), finding([typing(7), replayed])), START);
    expect(certain.contributions[1]?.counterfactual?.action).toBe('an authenticator check');
  });

  it('keeps to words that fit the side on which the evidence lies', () => {
    const seen = (weight: number, value: string) =>
      ({ source: 'keystroke', mode: 'add', weight, value }) as const;
    const words = (...observations: ReturnType<typeof seen>[]) =>
      scoreSession(applyFinding(fresh(), finding(observations)), START).contributions[1]?.value;
    const [like, unsure, unlike] = [seen(-1.2, 'like'), seen(0.1, 'unsure'), seen(2, 'unlike')];
    expect(words(like, unsure)).toBe('like');
    expect(words(like, unlike)).toBe('unlike');
    expect(words(unlike, like)).toBe('unlike');
    expect(words(like, unlike, like)).toBe('like');
    expect(words(unsure)).toBe('unsure');
  });

  it('promises nothing of the mouse while no model knows the person: it would hardly be heard', () => {
    const moved = {
      source: 'mouse',
      mode: 'add',
      weight: 0.2,
      value: 'slower than yours',
    } as const;
    const told = (model_state: 'learning' | 'ready') => {
      const state = applyFinding(fresh(), { ...finding([moved]), model_state });
      return scoreSession(state, START).contributions[1]?.counterfactual?.action;
    };
    expect(told('learning')).toBe('an authenticator check');
    expect(told('ready')).toBe('30 more seconds of mouse movement like yours');
  });

  it.each([
    ['passkey', 'a passkey check'],
    ['totp', 'an authenticator check'],
    ['password', 'giving your password again'],
  ] as const)('proposes the %s to whoever has nothing stronger', (best_proof, action) => {
    const told = { ...finding([], START, 'enrolment'), best_proof };
    const state = applyFinding(applyFinding(fresh(), told), finding([typing(7), replayed]));
    const { counterfactual } = scoreSession(state, START).contributions[1]!;
    const proven = applyFinding(state, finding([stepUpSignal(best_proof)], START, 'step_up'));
    expect(counterfactual?.action).toBe(action);
    expect(counterfactual?.score).toBeCloseTo(scoreSession(proven, START).risk_score, 1);
  });

  it('forgives nine tenths of behaviour after a step-up, and nothing after a failed one', () => {
    const state = applyFinding(fresh(), finding([typing(5)]));
    const proven = applyFinding(state, finding([stepUpSignal('totp')], START, 'step_up'));
    expect(proven.evidence.keystroke?.weight).toBeCloseTo(0.5, 12);
    const failed = applyFinding(
      state,
      finding([{ source: 'step_up', mode: 'set', weight: 0.5, value: 'failed' }], START, 'step_up'),
    );
    expect(failed.evidence.keystroke?.weight).toBe(5);
  });

  it('never reaches high by a sign-in alone', () => {
    const bool = fc.boolean();
    const signIn = fc.record({
      device: fc.record({
        isNew: bool,
        trusted: bool,
        isFirst: bool,
        changed: fc.array(fc.string(), { maxLength: 6 }),
      }),
      address: fc.record({ known: bool, knownNetwork: bool, isFirst: bool }),
      habit: fc.array(fc.nat(1000), { minLength: 24, maxLength: 24 }),
      hour: fc.nat(23),
    });
    fc.assert(
      fc.property(signIn, ({ device, address, habit, hour }) => {
        const hourSeen = hourSignal(habit, hour);
        const state = applyFinding(
          fresh(),
          finding([deviceSignal(device), addressSignal(address), ...(hourSeen ? [hourSeen] : [])]),
        );
        expect(scoreSession(state, START).risk_score).toBeLessThan(59);
      }),
    );
    const usual = applyFinding(
      fresh(),
      finding([
        deviceSignal({ isNew: true, trusted: false, changed: [], isFirst: false }),
        addressSignal({ known: false, knownNetwork: false, isFirst: false }),
      ]),
    );
    expect(scoreSession(usual, START).risk_score).toBeLessThan(40);
  });

  it('keeps a state of about a kilobyte', () => {
    let state = fresh();
    for (const source of SOURCES) {
      state = applyFinding(state, finding([{ source, mode: 'set', weight: 1, value: source }]));
    }
    expect(JSON.stringify(state).length).toBeLessThan(1600);
  });
});
