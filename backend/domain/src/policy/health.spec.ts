// When live rates diverge from what was foretold, and when they only differ.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { divergenceOf, nextLook } from './health';

const rates = (sessions: number, challenged: number, terminated = 0) => ({
  sessions,
  challenged,
  terminated,
});

describe('a divergence', () => {
  it('is a share that chance does not explain and that matters', () => {
    expect(divergenceOf(rates(100, 30), rates(1000, 50))).toMatchObject({
      what: 'challenged',
      direction: 'more',
    });
    expect(divergenceOf(rates(100, 8), rates(1000, 50))).toBeNull();
    // Certain, and too small to matter.
    expect(divergenceOf(rates(100_000, 5_500), rates(100_000, 5_000))).toBeNull();
  });

  it('names ended sessions before challenged ones, and more before fewer', () => {
    expect(divergenceOf(rates(200, 60, 40), rates(1000, 50, 5))).toMatchObject({
      what: 'terminated',
      direction: 'more',
    });
    expect(divergenceOf(rates(300, 0), rates(1000, 100))).toMatchObject({ direction: 'fewer' });
  });

  it('is never found between equal shares', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 0, max: 500 }),
        (of, count) => {
          fc.pre(count <= of);
          expect(divergenceOf(rates(of, count), rates(of * 3, count * 3))).toBeNull();
        },
      ),
    );
  });
});

describe('looks', () => {
  it('double, beginning at the least number of sessions', () => {
    expect([0, 50, 99, 100, 150, 399].map((sessions) => nextLook(sessions, 50))).toEqual([
      100, 100, 100, 200, 200, 400,
    ]);
  });
});
