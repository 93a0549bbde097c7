// Requests in their context.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requestSignals, scoreRequest } from './request-context';
import { PRIOR_SCORE, scoreOf } from './score';
import type { Place } from './travel';

const at = new Date('2026-11-21T12:00:00Z');
const session = { address: '192.0.2.1', at: new Date(at.getTime() - 600_000) };
const place = (latitude: number): Place => ({ latitude, longitude: 0, radiusKm: 10, label: '' });
const locate = (address: string) =>
  address.startsWith('192.0.2.') ? place(50) : address.startsWith('203.') ? place(-30) : null;

describe('a request', () => {
  it('tells nothing when it comes from where its session began, or from nobody knows where', () => {
    const gone = '';
    for (const address of ['192.0.2.1', '192.0.2.200', gone]) {
      expect(requestSignals(locate, { address, at, session })).toEqual([]);
    }
  });

  it('speaks of another network, and of a journey that nobody can make', () => {
    const sources = (address: string) =>
      requestSignals(locate, { address, at, session }).map(({ source }) => source);
    expect(sources('198.51.100.1')).toEqual(['address']);
    expect(sources('203.0.113.9')).toEqual(['address', 'travel']);
  });

  it('never scores below its session, and replaces weaker evidence of the same source', () => {
    const held = fc.double({ min: -0.5, max: 3, noNaN: true });
    fc.assert(
      fc.property(held, fc.double({ min: 0.1, max: 2, noNaN: true }), (logOdds, weight) => {
        const risk = {
          log_odds: -2 + logOdds,
          contributions: [
            {
              source: 'address' as const,
              value: 'v',
              weight: 1,
              log_odds: logOdds,
              observed_at: '',
            },
          ],
        };
        const { score, sessionScore, contributions } = scoreRequest(
          risk,
          [{ source: 'address', mode: 'set', weight, value: 'w' }],
          at,
        );
        expect(score).toBeGreaterThanOrEqual(Number(sessionScore));
        expect(contributions).toHaveLength(1);
        expect(score).toBeCloseTo(scoreOf(-2 + Math.max(logOdds, weight)), 9);
      }),
    );
  });

  it('is judged by the prior while its session has no score, and makes none up for the session', () => {
    const scored = scoreRequest(null, [], at);
    expect(scored.sessionScore).toBeNull();
    expect(scored.score).toBeCloseTo(PRIOR_SCORE, 2);
  });
});
