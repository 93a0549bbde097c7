// Specs of the small charts' geometry.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { thin, toPoints } from './polyline';

const box = { width: 100, height: 50, from: 0, to: 10, top: 100 };

describe('toPoints', () => {
  it('draws time to the right and value upwards', () => {
    expect(
      toPoints(
        [
          { at: 0, value: 0 },
          { at: 5, value: 50 },
          { at: 10, value: 100 },
        ],
        box,
      ),
    ).toBe('0,50 50,25 100,0');
  });

  it('keeps values beyond the scale inside the box', () => {
    expect(
      toPoints(
        [
          { at: 10, value: 900 },
          { at: 10, value: -9 },
        ],
        box,
      ),
    ).toBe('100,0 100,50');
  });

  it('draws one sample as a level line', () => {
    expect(toPoints([{ at: 3, value: 50 }], box)).toBe('0,25 100,25');
  });
});

describe('thin', () => {
  it('keeps the ends and the highest peak of any series', () => {
    const series = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 500 });
    fc.assert(
      fc.property(series, (values) => {
        const samples = values.map((value, at) => ({ at, value }));
        const kept = thin(samples, 40);
        expect(kept.length).toBeLessThanOrEqual(40);
        expect(kept[0]).toBe(samples[0]);
        expect(kept.at(-1)).toBe(samples.at(-1));
        expect(Math.max(...kept.map(({ value }) => value))).toBe(Math.max(...values));
      }),
    );
  });
});
