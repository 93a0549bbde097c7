// Specs of the logistic regression: it finds the coefficients that made the data, whatever the scale of a column.
import { describe, expect, it } from 'vitest';
import { logistic, normalDraw, seededRandom } from '@verity/domain/kernel/maths';
import { balanced, fitLogistic, fitStandardised, type Example } from './logistic';

/** Strangers with the log-odds 2a - b + 0.5. */
function made(count: number, scaleOfB = 1): Example[] {
  const random = seededRandom(9);
  return Array.from({ length: count }, () => {
    const [a, b] = [normalDraw(random), normalDraw(random)];
    const stranger = random() < logistic(2 * a - b + 0.5);
    return { row: [a, b * scaleOfB], stranger, weight: 1 };
  });
}

describe('a logistic regression', () => {
  it('finds the coefficients that made the data', () => {
    const examples = made(20_000).map((one) => ({ ...one, row: [...Array.from(one.row), 1] }));
    const [a = 0, b = 0, offset = 0] = fitLogistic(examples);
    expect(a).toBeCloseTo(2, 1);
    expect(b).toBeCloseTo(-1, 1);
    expect(offset).toBeCloseTo(0.5, 1);
  });

  it('penalises columns alike, whatever their scale, and leaves the bias free', () => {
    const near = fitStandardised(made(5_000), 100);
    const far = fitStandardised(made(5_000, 1_000), 100);
    expect((far.weights[1] as number) * 1_000).toBeCloseTo(near.weights[1] as number, 6);
    expect(far.bias).toBeCloseTo(near.bias, 6);
    const crushed = fitStandardised(made(5_000), 1e9);
    expect(Math.abs(crushed.weights[0] as number)).toBeLessThan(1e-3);
    expect(crushed.bias).not.toBeCloseTo(0, 2);
  });

  it('stays finite where strangers and the person never meet', () => {
    const examples = balanced(
      [
        [-1, 1],
        [-2, 1],
      ],
      [
        [1, 1],
        [2, 1],
      ],
    );
    expect(fitLogistic(examples).every(Number.isFinite)).toBe(true);
    expect(examples.reduce((sum, { weight }) => sum + weight, 0)).toBe(2);
  });
});
