// A one-class support vector machine (Schölkopf et al. 2001) with a Gaussian kernel: a detector to compare with.
import type { Distance } from '@verity/domain/risk/detector';

/** Upper bound of the share of rows outside. */
const NU = 0.2;
/** Of the mean squared difference a feature. */
const WIDTH = 2;
const ROUNDS = 4000;

/** Solves the dual by moving weight between the pair that violates its condition most. */
export function oneClassSvm(rows: readonly Float64Array[]): Distance {
  const n = rows.length;
  const most = 1 / Math.max(1, NU * n);
  const matrix = rows.map((a) => Float64Array.from(rows, (b) => kernel(a, b)));
  const alpha = new Float64Array(n).fill(1 / n);
  const gradient = Float64Array.from(matrix, (row) => row.reduce((sum, k) => sum + k, 0) / n);
  for (let round = 0; round < ROUNDS; round++) {
    let up = -1;
    let down = -1;
    for (let i = 0; i < n; i++) {
      const g = gradient[i] as number;
      if ((alpha[i] as number) < most && (up < 0 || g < (gradient[up] as number))) up = i;
      if ((alpha[i] as number) > 0 && (down < 0 || g > (gradient[down] as number))) down = i;
    }
    if (up < 0 || down < 0) break;
    const gap = (gradient[down] as number) - (gradient[up] as number);
    if (gap < 1e-5) break;
    const [rowUp, rowDown] = [matrix[up] as Float64Array, matrix[down] as Float64Array];
    const curve = Math.max(1e-9, 2 - 2 * (rowUp[down] as number));
    const step = Math.min(gap / curve, most - (alpha[up] as number), alpha[down] as number);
    alpha[up] = (alpha[up] as number) + step;
    alpha[down] = (alpha[down] as number) - step;
    for (let i = 0; i < n; i++) {
      gradient[i] =
        (gradient[i] as number) + step * ((rowUp[i] as number) - (rowDown[i] as number));
    }
  }
  const support = rows.flatMap((row, i) =>
    (alpha[i] as number) > 1e-9 ? [{ row, weight: alpha[i] as number }] : [],
  );
  return (row) => -support.reduce((sum, one) => sum + one.weight * kernel(one.row, row), 0);
}

function kernel(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let f = 0; f < a.length; f++) sum += ((a[f] as number) - (b[f] as number)) ** 2;
  return Math.exp(-sum / a.length / WIDTH);
}
