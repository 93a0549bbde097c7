// The inverse of a small symmetric matrix that is positive definite, by Cholesky's decomposition.
import { Fault } from '@verity/protocol/faults';

/** Throws `internal` when the matrix is not positive definite. */
export function inverseOf(matrix: readonly Float64Array[]): Float64Array[] {
  const n = matrix.length;
  const lower = matrix.map((row) => Float64Array.from(row));
  for (let i = 0; i < n; i++) {
    const row = lower[i] as Float64Array;
    for (let j = 0; j <= i; j++) {
      const other = lower[j] as Float64Array;
      let sum = row[j] as number;
      for (let k = 0; k < j; k++) sum -= (row[k] as number) * (other[k] as number);
      if (i !== j) {
        row[j] = sum / (other[j] as number);
      } else if (sum > 0) {
        row[i] = Math.sqrt(sum);
      } else {
        throw new Fault('internal', 'A matrix of second moments is not positive definite.', {
          fix: 'Shrink it further towards its diagonal.',
        });
      }
    }
  }
  const inverse = matrix.map(() => new Float64Array(n));
  const x = new Float64Array(n);
  for (let c = 0; c < n; c++) {
    for (let i = 0; i < n; i++) {
      const row = lower[i] as Float64Array;
      let sum = i === c ? 1 : 0;
      for (let k = 0; k < i; k++) sum -= (row[k] as number) * (x[k] as number);
      x[i] = sum / (row[i] as number);
    }
    for (let i = n - 1; i >= 0; i--) {
      let sum = x[i] as number;
      for (let k = i + 1; k < n; k++)
        sum -= ((lower[k] as Float64Array)[i] as number) * (x[k] as number);
      x[i] = sum / ((lower[i] as Float64Array)[i] as number);
      (inverse[i] as Float64Array)[c] = x[i] as number;
    }
  }
  return inverse;
}
