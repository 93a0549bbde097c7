// Symmetric positive definite matrices, row by row in one array: what Gaussian models need of linear algebra.

/** Square and row by row. */
export type Matrix = Float64Array;

export const squareOf = (size: number): Matrix => new Float64Array(size * size);

/**
 * The lower factor L of A = L Lᵀ, in place; what lies above the diagonal stays as it was. False when A is not positive
 * definite, and then A is spoilt.
 */
export function factorise(a: Matrix, size: number): boolean {
  for (let j = 0; j < size; j++) {
    const rowJ = j * size;
    let pivot = a[rowJ + j] as number;
    for (let k = 0; k < j; k++) pivot -= (a[rowJ + k] as number) ** 2;
    if (!(pivot > 0)) return false;
    const root = Math.sqrt(pivot);
    a[rowJ + j] = root;
    for (let i = j + 1; i < size; i++) {
      const rowI = i * size;
      let sum = a[rowI + j] as number;
      for (let k = 0; k < j; k++) sum -= (a[rowI + k] as number) * (a[rowJ + k] as number);
      a[rowI + j] = sum / root;
    }
  }
  return true;
}

/** The inverse of a symmetric positive definite matrix. Throws RangeError when it is not one. */
export function inverse(matrix: Matrix, size: number): Matrix {
  const l = matrix.slice();
  if (!factorise(l, size)) throw new RangeError('The matrix is not positive definite.');
  // The inverse of L, column by column, below the diagonal.
  const under = squareOf(size);
  for (let c = 0; c < size; c++) {
    under[c * size + c] = 1 / (l[c * size + c] as number);
    for (let r = c + 1; r < size; r++) {
      let sum = 0;
      for (let k = c; k < r; k++) {
        sum -= (l[r * size + k] as number) * (under[k * size + c] as number);
      }
      under[r * size + c] = sum / (l[r * size + r] as number);
    }
  }
  const out = squareOf(size);
  for (let r = 0; r < size; r++) {
    for (let c = 0; c <= r; c++) {
      let sum = 0;
      for (let k = r; k < size; k++) {
        sum += (under[k * size + r] as number) * (under[k * size + c] as number);
      }
      out[r * size + c] = sum;
      out[c * size + r] = sum;
    }
  }
  return out;
}

export function product(a: Matrix, b: Matrix, size: number): Matrix {
  const out = squareOf(size);
  for (let r = 0; r < size; r++) {
    for (let k = 0; k < size; k++) {
      const x = a[r * size + k] as number;
      if (x === 0) continue;
      for (let c = 0; c < size; c++) {
        out[r * size + c] = (out[r * size + c] as number) + x * (b[k * size + c] as number);
      }
    }
  }
  return out;
}

export function transposed(a: Matrix, size: number): Matrix {
  const out = squareOf(size);
  for (let r = 0; r < size; r++) {
    for (let c = 0; c < size; c++) out[c * size + r] = a[r * size + c] as number;
  }
  return out;
}

export function applied(a: Matrix, x: Float64Array): Float64Array {
  const size = x.length;
  return Float64Array.from(x, (_, r) => {
    let sum = 0;
    for (let c = 0; c < size; c++) sum += (a[r * size + c] as number) * (x[c] as number);
    return sum;
  });
}

export const plus = (a: Float64Array, b: Float64Array): Float64Array =>
  a.map((x, i) => x + (b[i] as number));

export const minus = (a: Float64Array, b: Float64Array): Float64Array =>
  a.map((x, i) => x - (b[i] as number));
