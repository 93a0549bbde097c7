// Logistic regression with few columns, by Newton's method: how evidence is joined and calibrated.

/** A row of evidence, whether a stranger made it, and how much it counts. */
export interface Example {
  row: readonly number[];
  stranger: boolean;
  weight: number;
}

/** Coefficients of ln(p / (1 - p)); add a column of ones for an offset. Both classes should weigh the same in all. */
export function fitLogistic(examples: readonly Example[], ridge = 1e-4): number[] {
  const width = examples[0]?.row.length ?? 0;
  const total = examples.reduce((sum, { weight }) => sum + weight, 0);
  let beta = new Array<number>(width).fill(0);
  for (let round = 0; round < 30; round++) {
    const gradient = beta.map((b) => -ridge * b);
    const curvature = Array.from({ length: width }, (_, r) =>
      Array.from({ length: width }, (__, c) => (r === c ? ridge : 0)),
    );
    for (const { row, stranger, weight } of examples) {
      const p = 1 / (1 + Math.exp(-row.reduce((sum, x, i) => sum + x * (beta[i] as number), 0)));
      const share = weight / total;
      for (let r = 0; r < width; r++) {
        const x = row[r] as number;
        gradient[r] = (gradient[r] as number) + share * ((stranger ? 1 : 0) - p) * x;
        const line = curvature[r] as number[];
        for (let c = 0; c < width; c++) {
          line[c] = (line[c] as number) + share * p * (1 - p) * x * (row[c] as number);
        }
      }
    }
    const step = solve(curvature, gradient);
    beta = beta.map((b, i) => b + (step[i] as number));
    if (Math.max(...step.map(Math.abs)) < 1e-7) break;
  }
  return beta;
}

/** Weights so that genuine and stranger's examples count the same. */
export function balanced(
  genuine: readonly (readonly number[])[],
  strangers: readonly (readonly number[])[],
): Example[] {
  return [
    ...genuine.map((row) => ({ row, stranger: false, weight: 1 / genuine.length })),
    ...strangers.map((row) => ({ row, stranger: true, weight: 1 / strangers.length })),
  ];
}

/** Gaussian elimination with pivots; the matrix is spoilt. */
function solve(matrix: number[][], right: number[]): number[] {
  const size = right.length;
  const x = right.slice();
  for (let c = 0; c < size; c++) {
    let best = c;
    for (let r = c + 1; r < size; r++) {
      if (Math.abs(matrix[r]?.[c] ?? 0) > Math.abs(matrix[best]?.[c] ?? 0)) best = r;
    }
    [matrix[c], matrix[best]] = [matrix[best] as number[], matrix[c] as number[]];
    [x[c], x[best]] = [x[best] as number, x[c] as number];
    const pivot = matrix[c] as number[];
    for (let r = c + 1; r < size; r++) {
      const line = matrix[r] as number[];
      const factor = (line[c] as number) / (pivot[c] as number);
      for (let k = c; k < size; k++) line[k] = (line[k] as number) - factor * (pivot[k] as number);
      x[r] = (x[r] as number) - factor * (x[c] as number);
    }
  }
  for (let r = size - 1; r >= 0; r--) {
    let sum = x[r] as number;
    const line = matrix[r] as number[];
    for (let k = r + 1; k < size; k++) sum -= (line[k] as number) * (x[k] as number);
    x[r] = sum / (line[r] as number);
  }
  return x;
}
