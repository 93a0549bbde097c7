// The Wilson interval against published figures, and its bounds for any counts.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wilson } from './wilson';

const counts = fc
  .integer({ min: 1, max: 100_000 })
  .chain((of) => fc.tuple(fc.integer({ min: 0, max: of }), fc.constant(of)));

describe('the Wilson interval', () => {
  it('is that of Newcombe 1998, table I', () => {
    const [low, high] = Object.values(wilson(81, 263) ?? {});
    expect(low).toBeCloseTo(0.2553, 4);
    expect(high).toBeCloseTo(0.3662, 4);
    expect(wilson(0, 20)).toMatchObject({ low: 0 });
    expect(wilson(0, 20)?.high).toBeCloseTo(0.1611, 4);
  });

  it('lies within 0 and 1 and holds the share, whatever the counts', () => {
    fc.assert(
      fc.property(counts, ([count, of]) => {
        const { low, high } = wilson(count, of)!;
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(count / of);
        expect(high).toBeGreaterThanOrEqual(count / of);
      }),
    );
  });

  it('mirrors: the share of the others has the mirrored interval', () => {
    fc.assert(
      fc.property(counts, ([count, of]) => {
        expect(wilson(count, of)!.low).toBeCloseTo(1 - wilson(of - count, of)!.high, 9);
      }),
    );
  });

  it('narrows with more of the same', () => {
    const width = ({ low, high } = { low: 0, high: 0 }) => high - low;
    expect(width(wilson(300, 1000)!)).toBeLessThan(width(wilson(30, 100)!));
    expect(wilson(0, 0)).toBeNull();
  });
});
