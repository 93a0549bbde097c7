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
 * Gives the function from a window to ln p(window | anybody) - ln p(window | person). What is not known of the person
 * yet is in the covariance of the belief, so a person of whom little is known is hardly told from anybody.
 */
export function strangerRatio(
  world: TypingWorld,
  person: Belief,
): (window: Float64Array) => number {
  const within = plus(world.sitting, world.window);
  const own = plus(person.covariance, within);
  const anybody = plus(world.person, within);
  return (window) => {
    let count = 0;
    for (let f = 0; f < SIZE; f++) {
      const n = seen(window, f);
      if (!(n > 0)) continue;
      present[count] = f;
      doubt[count++] = (world.noise[f] as number) / n;
    }
    return logT(window, count, world.mean, anybody) - logT(window, count, person.mean, own);
  };
}

/** The log density of a multivariate t distribution at the present measures, but for what all share. */
function logT(window: Float64Array, count: number, mean: Float64Array, covariance: Matrix): number {
  for (let r = 0; r < count; r++) {
    const f = present[r] as number;
    for (let c = 0; c <= r; c++) {
      factor[r * count + c] = covariance[f * SIZE + (present[c] as number)] as number;
    }
    const at = r * count + r;
    factor[at] = (factor[at] as number) + (doubt[r] as number);
  }
  if (!factorise(factor, count)) return 0;
  let squares = 0;
  let lnRoot = 0;
  for (let r = 0; r < count; r++) {
    const f = present[r] as number;
    let x = (window[f] as number) - (mean[f] as number);
    for (let k = 0; k < r; k++) x -= (factor[r * count + k] as number) * (rest[k] as number);
    const pivot = factor[r * count + r] as number;
    x /= pivot;
    rest[r] = x;
    squares += x * x;
    lnRoot += Math.log(pivot);
  }
  return -0.5 * (FREEDOM + count) * Math.log1p(squares / FREEDOM) - lnRoot;
}
