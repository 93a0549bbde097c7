// Specs of the evidence panel's arithmetic.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Contribution } from '../core/wire';
import { scoreOf, sumOf, toBars } from './evidence';

const contribution = (source: Contribution['source'], log_odds: number): Contribution => ({
  source,
  value: 'seen',
  weight: log_odds,
  log_odds,
  observed_at: '2026-01-01T00:00:00.000Z',
});

describe('toBars', () => {
  it('puts the strongest evidence first and the starting point last', () => {
    const bars = toBars([
      contribution('prior', -4),
      contribution('mouse', 0.5),
      contribution('keystroke', -2),
    ]);
    expect(bars.map(({ contribution: { source } }) => source)).toEqual([
      'keystroke',
      'mouse',
      'prior',
    ]);
    expect(bars.map(({ against }) => against)).toEqual([false, true, false]);
  });

  it('never draws past the panel, and loses nothing', () => {
    const numbers = fc.array(fc.double({ min: -12, max: 12, noNaN: true }), { maxLength: 11 });
    fc.assert(
      fc.property(numbers, (values) => {
        const bars = toBars(values.map((value) => contribution('device', value)));
        expect(bars).toHaveLength(values.length);
        for (const { length } of bars) expect(length).toBeLessThanOrEqual(100);
      }),
    );
  });

  it('says how much of a weight time has left', () => {
    const [bar] = toBars([{ ...contribution('device', 1), weight: 4 }]);
    expect(bar?.left).toBe(0.25);
  });
});

describe('the score', () => {
  it('is what the sum of the contributions stands for', () => {
    const parts = [contribution('prior', -3), contribution('keystroke', 3)];
    expect(scoreOf(sumOf(parts))).toBe(50);
  });
});
