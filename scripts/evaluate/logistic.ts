// Logistic regression with a ridge penalty, by Newton's method: how the shipped weights of traits are found.
import { inverseOf } from '@verity/domain/risk/symmetric-matrix';

export interface Example {
  traits: Float64Array;
  /** 1 for a stranger's, 0 for the person's own. */
  stranger: 0 | 1;
  weight: number;
}

/** Weights of the traits as they are (not standardised) and a bias; the penalty is on standardised traits. */
export function logisticFit(
  examples: readonly Example[],
  penalty: number,
): { bias: number; weights: number[] } {
  const width = (examples[0] as Example).traits.length;
  const mean = new Float64Array(width);
  const deviation = new Float64Array(width);
  for (const { traits } of examples) {
    for (let i = 0; i < width; i++)
      mean[i] = (mean[i] as number) + (traits[i] as number) / examples.length;
  }
  for (const { traits } of examples) {
    for (let i = 0; i < width; i++) {
      deviation[i] =
        (deviation[i] as number) +
        ((traits[i] as number) - (mean[i] as number)) ** 2 / examples.length;
    }
  }
  for (let i = 0; i < width; i++) deviation[i] = Math.sqrt(deviation[i] as number) + 1e-9;
  const rows = examples.map(({ traits }) =>
    Float64Array.from({ length: width + 1 }, (_, i) =>
      i === width ? 1 : ((traits[i] as number) - (mean[i] as number)) / (deviation[i] as number),
    ),
  );
  const n = width + 1;
  const beta = new Float64Array(n);
  for (let round = 0; round < 20; round++) {
    const hessian = Array.from({ length: n }, (_, i) => {
      const row = new Float64Array(n);
      row[i] = i === width ? 1e-6 : penalty;
      return row;
    });
    const gradient = Float64Array.from(beta, (b, i) => (i === width ? 0 : -penalty * b));
    rows.forEach((row, e) => {
      const { stranger, weight } = examples[e] as Example;
      let sum = 0;
      for (let i = 0; i < n; i++) sum += (beta[i] as number) * (row[i] as number);
      const p = 1 / (1 + Math.exp(-Math.max(-30, Math.min(30, sum))));
      const q = weight * p * (1 - p);
      for (let i = 0; i < n; i++) {
        const x = row[i] as number;
        gradient[i] = (gradient[i] as number) + weight * (stranger - p) * x;
        const into = hessian[i] as Float64Array;
        const qx = q * x;
        for (let j = 0; j <= i; j++) into[j] = (into[j] as number) + qx * (row[j] as number);
      }
    });
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < i; j++) {
        (hessian[j] as Float64Array)[i] = (hessian[i] as Float64Array)[j] as number;
      }
    }
    const inverse = inverseOf(hessian);
    let moved = 0;
    inverse.forEach((row, i) => {
      let step = 0;
      for (let j = 0; j < n; j++) step += (row[j] as number) * (gradient[j] as number);
      beta[i] = (beta[i] as number) + step;
      moved = Math.max(moved, Math.abs(step));
    });
    if (moved < 1e-6) break;
  }
  const weights = Array.from(
    { length: width },
    (_, i) => (beta[i] as number) / (deviation[i] as number),
  );
  const bias = weights.reduce((sum, w, i) => sum - w * (mean[i] as number), beta[width] as number);
  return { bias, weights };
}
