// Specs of the matrices: factor and inverse undo one another, and what is not positive definite is refused.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factorise, inverse, product, squareOf, transposed } from './matrix';

const SIZE = 4;
/** A Aᵀ + 1: always positive definite. */
const definite = fc
  .array(fc.double({ min: -3, max: 3, noNaN: true }), {
    minLength: SIZE * SIZE,
    maxLength: SIZE * SIZE,
  })
  .map((values) => {
    const a = Float64Array.from(values);
    const square = product(a, transposed(a, SIZE), SIZE);
    for (let i = 0; i < SIZE; i++) square[i * SIZE + i]! += 1;
    return square;
  });

describe('symmetric positive definite matrices', () => {
  it('times their inverse are the identity', () => {
    fc.assert(
      fc.property(definite, (a) => {
        const identity = product(a, inverse(a, SIZE), SIZE);
        identity.forEach((x, at) => expect(x).toBeCloseTo(at % (SIZE + 1) === 0 ? 1 : 0, 6));
      }),
    );
  });

  it('are the product of their factor with itself', () => {
    fc.assert(
      fc.property(definite, (a) => {
        const l = a.slice();
        expect(factorise(l, SIZE)).toBe(true);
        for (let r = 0; r < SIZE; r++) for (let c = r + 1; c < SIZE; c++) l[r * SIZE + c] = 0;
        product(l, transposed(l, SIZE), SIZE).forEach((x, at) => expect(x).toBeCloseTo(a[at]!, 6));
      }),
    );
  });

  it('are told from others', () => {
    expect(factorise(squareOf(2), 2)).toBe(false);
    expect(factorise(Float64Array.of(1, 2, 2, 1), 2)).toBe(false);
    expect(factorise(Float64Array.of(NaN, 0, 0, 1), 2)).toBe(false);
    expect(() => inverse(Float64Array.of(1, 2, 2, 1), 2)).toThrow(/positive definite/);
  });
});
