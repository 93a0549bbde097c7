// Logistic regression with a ridge penalty, by Newton's method: how evidence is joined into weights.
import { inverseOf } from '@verity/domain/risk/symmetric-matrix';

/** A row of evidence, whether a stranger made it, and how much it counts. */
export interface Example {
  row: ArrayLike<number>;
  stranger: boolean;
  weight: number;
}

/** Beyond so much the logistic function is 0 or 1 to the last digit that matters. */
const FARTHEST = 30;
const ROUNDS = 30;
const SETTLED = 1e-7;

/**
 * Coefficients of ln(p / (1 - p)); add a column of ones for an offset. `ridge` is the penalty of each column against
 * examples that weigh 1 in all. Both classes should weigh the same.
 */
export function fitLogistic(
  examples: readonly Example[],
  ridge: number | readonly number[] = 1e-4,
): number[] {
  const width = examples[0]?.row.length ?? 0;
  const penalty = Float64Array.from({ length: width }, (_, i) =>
    typeof ridge === 'number' ? ridge : (ridge[i] ?? 0),
  );
  const total = examples.reduce((sum, { weight }) => sum + weight, 0);
  const beta = new Float64Array(width);
  for (let round = 0; round < ROUNDS; round++) {
    const gradient = beta.map((b, i) => -(penalty[i] as number) * b);
    const curvature = Array.from({ length: width }, (_, i) => {
      const line = new Float64Array(width);
      line[i] = penalty[i] as number;
      return line;
    });
    for (const { row, stranger, weight } of examples) {
      let sum = 0;
      for (let i = 0; i < width; i++) sum += (beta[i] as number) * (row[i] as number);
      const p = 1 / (1 + Math.exp(-Math.max(-FARTHEST, Math.min(FARTHEST, sum))));
      const pull = (weight / total) * ((stranger ? 1 : 0) - p);
      const bend = (weight / total) * p * (1 - p);
      for (let i = 0; i < width; i++) {
        const x = row[i] as number;
        const line = curvature[i] as Float64Array;
        gradient[i] = (gradient[i] as number) + pull * x;
        for (let j = 0; j <= i; j++) line[j] = (line[j] as number) + bend * x * (row[j] as number);
      }
    }
    for (let i = 0; i < width; i++) {
      for (let j = 0; j < i; j++) {
        (curvature[j] as Float64Array)[i] = (curvature[i] as Float64Array)[j] as number;
      }
    }
    let farthest = 0;
    inverseOf(curvature).forEach((line, i) => {
      const step = line.reduce((sum, x, j) => sum + x * (gradient[j] as number), 0);
      beta[i] = (beta[i] as number) + step;
      farthest = Math.max(farthest, Math.abs(step));
    });
    if (farthest < SETTLED) break;
  }
  return Array.from(beta);
}

/**
 * Weights of the columns as they are and a bias, the penalty being on columns of deviation 1, against the sum of the
 * examples' weights; the bias is free.
 */
export function fitStandardised(
  examples: readonly Example[],
  penalty: number,
): { bias: number; weights: number[] } {
  const width = examples[0]?.row.length ?? 0;
  const mean = new Float64Array(width);
  const deviation = new Float64Array(width);
  for (const { row } of examples) {
    for (let i = 0; i < width; i++)
      mean[i] = (mean[i] as number) + (row[i] as number) / examples.length;
  }
  for (const { row } of examples) {
    for (let i = 0; i < width; i++) {
      deviation[i] =
        (deviation[i] as number) +
        ((row[i] as number) - (mean[i] as number)) ** 2 / examples.length;
    }
  }
  for (let i = 0; i < width; i++) deviation[i] = Math.sqrt(deviation[i] as number) + 1e-9;
  const standard = examples.map((example) => ({
    ...example,
    row: Float64Array.from({ length: width + 1 }, (_, i) =>
      i === width
        ? 1
        : ((example.row[i] as number) - (mean[i] as number)) / (deviation[i] as number),
    ),
  }));
  const total = examples.reduce((sum, { weight }) => sum + weight, 0);
  const ridge = Array.from({ length: width + 1 }, (_, i) => (i === width ? 1e-6 : penalty) / total);
  const beta = fitLogistic(standard, ridge);
  const weights = Array.from(
    { length: width },
    (_, i) => (beta[i] as number) / (deviation[i] as number),
  );
  const bias = weights.reduce((sum, w, i) => sum - w * (mean[i] as number), beta[width] as number);
  return { bias, weights };
}

/** Weights so that genuine and stranger's examples count the same. */
export function balanced(
  genuine: readonly ArrayLike<number>[],
  strangers: readonly ArrayLike<number>[],
): Example[] {
  return [
    ...genuine.map((row) => ({ row, stranger: false, weight: 1 / genuine.length })),
    ...strangers.map((row) => ({ row, stranger: true, weight: 1 / strangers.length })),
  ];
}
