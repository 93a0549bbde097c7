// What would change a score: found by scoring again, and never worse than what it is offered against.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SessionId, UserId } from '@verity/protocol/ids';
import { SOURCES } from '@verity/protocol/risk/schemas';
import { EVIDENCE } from './evidence';
import { OWN_WINDOW } from './own-window';
import { applyFinding, initialRisk, scoreSession } from './score';
import { stepUpSignal } from './signals';
import { stateOf, whatIfs } from './what-if';

const at = new Date('2026-03-01T12:00:00.000Z');
const start = initialRisk('s' as SessionId, 'u' as UserId, at);
const ways = { proofs: ['totp', 'password'], typing: true } as const;

const sources = SOURCES.filter((source) => source !== 'prior');
const observations = fc.array(
  fc.record({
    source: fc.constantFrom(...sources),
    value: fc.constantFrom('one thing', 'another'),
    weight: fc.double({ min: -3, max: 6, noNaN: true }),
    mode: fc.constant('set' as const),
  }),
  { maxLength: 12 },
);
const scored = (seen: Parameters<typeof applyFinding>[1]['observations']) =>
  scoreSession(
    applyFinding(start, { cause: 'batch', observed_at: at.toISOString(), observations: seen }),
    at,
  );

describe('what would change a score', () => {
  it('lowers it, the greatest change first, whatever the evidence is', () => {
    fc.assert(
      fc.property(observations, (seen) => {
        const risk = scored(seen);
        const found = whatIfs(risk, ways);
        const scores = found.map(({ score }) => score);
        expect(scores.every((score) => score < risk.risk_score)).toBe(true);
        expect(scores).toEqual([...scores].sort((a, b) => a - b));
      }),
    );
  });

  it('is what scoring gives: a proof that is then given leads there', () => {
    const seen = [{ source: 'keystroke', mode: 'set', weight: 4, value: 'slower' }] as const;
    const risk = scored([...seen]);
    const proven = applyFinding(stateOf(risk), {
      cause: 'step_up',
      observed_at: at.toISOString(),
      observations: [stepUpSignal('totp')],
    });
    const { risk_score } = scoreSession(proven, at);
    const [best] = whatIfs(risk, ways);
    expect(best).toMatchObject({ kind: 'proof', action: 'an authenticator check' });
    expect(best?.score).toBeCloseTo(risk_score, 1);
  });

  it('scores the same again from what was shown', () => {
    fc.assert(
      fc.property(observations, (seen) => {
        const risk = scored(seen);
        expect(scoreSession(stateOf(risk), at).log_odds).toBeCloseTo(risk.log_odds, 2);
      }),
    );
  });

  it('says of behaviour what the evidence itself says, and what happens when the person does go on so', () => {
    const seen = [{ source: 'keystroke', mode: 'set', weight: 3.2, value: 'slower' }] as const;
    const risk = scored([...seen]);
    const behaviour = whatIfs(risk, { proofs: [], typing: true }).find(
      ({ kind }) => kind === 'behaviour',
    );
    const beside = risk.contributions.find(({ source }) => source === 'keystroke')?.counterfactual;
    expect(beside).toEqual({ action: behaviour?.action, score: behaviour?.score });

    const { weight, seconds } = OWN_WINDOW.keystroke;
    const after = (passed: number): Date => new Date(at.getTime() + passed * 1000);
    let state = stateOf(risk);
    for (let passed = seconds; passed <= 30; passed += seconds) {
      state = applyFinding(state, {
        cause: 'batch',
        observed_at: after(passed).toISOString(),
        observations: [{ source: 'keystroke', mode: 'add', weight, value: 'typing like yours' }],
      });
    }
    expect(scoreSession(state, after(30)).risk_score).toBeCloseTo(behaviour!.score, 1);
  });

  it('names typing before there is any, where a model knows the person, and offers no more than the bounds allow', () => {
    const risk = scored([{ source: 'device', mode: 'set', weight: 1.2, value: 'new' }]);
    const behaviour = whatIfs(risk, { proofs: [], typing: true }).find(
      ({ kind }) => kind === 'behaviour',
    );
    expect(behaviour?.action).toBe('30 more seconds of typing like yours');
    const least = 100 / (1 + Math.exp(-(risk.log_odds + EVIDENCE.keystroke.lowest)));
    expect(behaviour?.score).toBeGreaterThanOrEqual(Math.floor(least * 10) / 10 - 0.5);
    // Where none does, nothing that they type would be weighed.
    expect(whatIfs(risk, { proofs: [], typing: false }).map(({ kind }) => kind)).toEqual([
      'without',
    ]);
  });
});
