// Specs of the calibration: which way a distance weighs, and within which bounds.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calibrate, weightOf } from './calibration';

const own = Array.from({ length: 20 }, (_, i) => [1 + 0.02 * i, 1 + 0.01 * i, 3, 0.8 + 0.01 * i]);
const others = Array.from({ length: 40 }, (_, i) => [
  2 + 0.03 * i,
  1.8 + 0.02 * i,
  3,
  1.5 + 0.02 * i,
]);

describe('calibration', () => {
  const calibration = calibrate(own, others, 'keystroke');

  it('weighs near windows for the person and far ones against', () => {
    expect(weightOf(calibration, [1, 1, 3, 0.8])).toBeLessThan(-0.5);
    expect(weightOf(calibration, [2.5, 2.2, 3, 2])).toBeGreaterThan(0.5);
  });

  it('doubts a stranger less when the window is odd for anybody', () => {
    const total = (people: number): number =>
      [0.9, 1, 1.1, 1.2, 1.3]
        .map((nearest) => weightOf(calibration, [1.5, 1.4, people, nearest]))
        .reduce((sum, weight) => sum + weight, 0);
    expect(total(6)).toBeLessThan(total(3));
  });

  it('never falls as a distance grows, and stays in its bounds', () => {
    const distance = fc.double({ min: 0, max: 100, noNaN: true });
    fc.assert(
      fc.property(distance, distance, distance, distance, (a, b, network, people) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const near = weightOf(calibration, [low, network, people, 1]);
        const far = weightOf(calibration, [high, network, people, 1]);
        expect(far).toBeGreaterThanOrEqual(near - 1e-9);
        expect(near).toBeGreaterThanOrEqual(calibration.lowest);
        expect(far).toBeLessThanOrEqual(calibration.highest);
      }),
    );
  });

  it('says little of somebody whom nothing tells from others', () => {
    const same = calibrate(own, Array.from({ length: 10 }, () => own).flat(), 'keystroke');
    expect(Math.abs(weightOf(same, [1.2, 1.1, 3, 0.9]))).toBeLessThan(0.6);
  });
});
