// The features of a session: mean and deviation of its windows, whatever is missing in some of them.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MOUSE_FEATURES } from '../kernel/behaviour-features';
import { sessionFeatures } from './session-features';

const WIDTH = MOUSE_FEATURES.length;

it('are finite, lie among the windows, and count those that had the feature', () => {
  const value = fc.oneof(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.constant(Number.NaN));
  const windows = fc.array(fc.array(value, { minLength: WIDTH, maxLength: WIDTH }), {
    maxLength: 20,
  });
  fc.assert(
    fc.property(windows, (all) => {
      for (const { name, windows: seen, mean, deviation } of sessionFeatures('mouse', all)) {
        const f = MOUSE_FEATURES.findIndex((each) => each.name === name);
        const values = all.map((window) => window[f] as number).filter((x) => !Number.isNaN(x));
        expect(seen).toBe(values.length);
        expect(mean).toBeGreaterThanOrEqual(Math.min(...values) - 1e-6);
        expect(mean).toBeLessThanOrEqual(Math.max(...values) + 1e-6);
        expect(deviation === null).toBe(values.length === 1);
        if (deviation !== null) expect(deviation).toBeGreaterThanOrEqual(0);
      }
    }),
  );
});

it('leave out what was never seen and windows of another width', () => {
  const window = new Array<number>(WIDTH).fill(Number.NaN);
  window[1] = 4;
  const other = [...window];
  other[1] = 6;
  const [only, ...more] = sessionFeatures('mouse', [window, other, [1, 2, 3]]);
  expect(more).toEqual([]);
  expect(only).toMatchObject({ name: MOUSE_FEATURES[1]!.name, windows: 2, mean: 5 });
  expect(only?.deviation).toBeCloseTo(Math.SQRT2, 9);
  expect(sessionFeatures('keystroke', [])).toEqual([]);
});
