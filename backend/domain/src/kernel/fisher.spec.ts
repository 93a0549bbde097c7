// Fisher's exact test against a published table, and its bounds.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fisherMore, logFactorial } from './fisher';

const trials = fc
  .integer({ min: 1, max: 400 })
  .chain((of) => fc.record({ of: fc.constant(of), count: fc.integer({ min: 0, max: of }) }));

describe('fisherMore', () => {
  it('is that of the lady tasting tea: 3 of 4 against 1 of 4 is 17/70, 4 of 4 is 1/70', () => {
    expect(fisherMore({ count: 3, of: 4 }, { count: 1, of: 4 })).toBeCloseTo(17 / 70, 12);
    expect(fisherMore({ count: 4, of: 4 }, { count: 0, of: 4 })).toBeCloseTo(1 / 70, 12);
  });

  it('is a probability, and its two sides overlap by the case itself', () => {
    fc.assert(
      fc.property(trials, trials, (a, b) => {
        const more = fisherMore(a, b);
        const fewer = fisherMore(
          { count: a.of - a.count, of: a.of },
          { count: b.of - b.count, of: b.of },
        );
        expect(more).toBeGreaterThanOrEqual(0);
        expect(more).toBeLessThanOrEqual(1);
        expect(more + fewer).toBeGreaterThanOrEqual(1 - 1e-9);
      }),
    );
  });

  it('falls as the count of the one grows', () => {
    fc.assert(
      fc.property(trials, trials, (a, b) => {
        fc.pre(a.count < a.of);
        const grown = { ...a, count: a.count + 1 };
        expect(fisherMore(grown, { ...b })).toBeLessThanOrEqual(fisherMore(a, b) + 1e-9);
      }),
    );
  });
});

describe('logFactorial', () => {
  it('joins its sum and its series without a step', () => {
    let sum = 0;
    for (let n = 1; n <= 200; n++) {
      sum += Math.log(n);
      expect(logFactorial(n)).toBeCloseTo(sum, 9);
    }
  });
});
