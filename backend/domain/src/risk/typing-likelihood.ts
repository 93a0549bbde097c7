// How much more likely a window of typing is of a stranger than of the person, by the world's four levels of variation.
import { FREE_MEASURES } from '../kernel/keystroke-features';
import { factorise, plus, squareOf, type Matrix } from '../kernel/matrix';
import { seen, type Belief, type TypingWorld } from './typing-world';

const SIZE = FREE_MEASURES;
/** Degrees of freedom of the t distributions that stand in for normal ones, so that a wild window says little. */
const FREEDOM = 8;

// Working memory, reused: one window is weighed at a time.
const present = new Int32Array(SIZE);
const doubt = new Float64Array(SIZE);
const factor = squareOf(SIZE);
const rest = new Float64Array(SIZE);

/**
 * Gives the function that writes ln p(window | anybody) - ln p(window | person) into `out`, once for each mean that the
 * person may have; their covariance is the belief's. What is not known of the person yet is in it, so a person of whom
 * little is known is hardly told from anybody.
 */
export function strangerRatios(
  world: TypingWorld,
  { covariance }: Pick<Belief, 'covariance'>,
  means: readonly Float64Array[],
): (window: Float64Array, out: Float64Array) => void {
  const within = plus(world.sitting, world.window);
  const own = plus(covariance, within);
  const anybody = plus(world.person, within);
  return (window, out) => {
    let count = 0;
    for (let f = 0; f < SIZE; f++) {
      const n = seen(window, f);
      if (!(n > 0)) continue;
      present[count] = f;
      doubt[count++] = (world.noise[f] as number) / n;
    }
    const stranger = factorised(count, anybody) ? logT(window, count, world.mean) : 0;
    const known = factorised(count, own);
    for (let m = 0; m < means.length; m++) {
      out[m] = stranger - (known ? logT(window, count, means[m] as Float64Array) : 0);
    }
  };
}

/** Leaves the Cholesky factor of the covariance of the present measures in `factor`; false when there is none. */
function factorised(count: number, covariance: Matrix): boolean {
  for (let r = 0; r < count; r++) {
    const from = (present[r] as number) * SIZE;
    const to = r * count;
    for (let c = 0; c <= r; c++)
      factor[to + c] = covariance[from + (present[c] as number)] as number;
    factor[to + r] = (factor[to + r] as number) + (doubt[r] as number);
  }
  return factorise(factor, count);
}

/** The log density of a multivariate t distribution of that factor at the present measures, but for what all share. */
function logT(window: Float64Array, count: number, mean: Float64Array): number {
  let squares = 0;
  let lnRoot = 0;
  for (let r = 0; r < count; r++) {
    const f = present[r] as number;
    const row = r * count;
    let x = (window[f] as number) - (mean[f] as number);
    for (let k = 0; k < r; k++) x -= (factor[row + k] as number) * (rest[k] as number);
    const pivot = factor[row + r] as number;
    x /= pivot;
    rest[r] = x;
    squares += x * x;
    lnRoot += Math.log(pivot);
  }
  return -0.5 * (FREEDOM + count) * Math.log1p(squares / FREEDOM) - lnRoot;
}
