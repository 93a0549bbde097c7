// Numbers that several subjects need: clamping, quantiles, rounding for artefacts, and a seeded random generator.

export const clamp = (x: number, low: number, high: number): number =>
  x < low ? low : x > high ? high : x;

/** The logistic function; its inverse is `logit`. */
export const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

export const logit = (p: number): number => Math.log(p / (1 - p));

/** The quantile `q` (0 to 1) of ascending numbers, by linear interpolation; NaN when there are none. */
export function quantileOfSorted(
  sorted: ArrayLike<number>,
  q: number,
  count = sorted.length,
): number {
  if (count === 0) return Number.NaN;
  const at = (count - 1) * q;
  const below = Math.floor(at);
  const low = sorted[below] as number;
  const high = sorted[Math.min(below + 1, count - 1)] as number;
  return low + (high - low) * (at - below);
}

/** Rounds to so many significant digits: artefacts stay small, and equal on every machine. */
export const roundTo = (x: number, digits: number): number =>
  Number.isFinite(x) ? Number(x.toPrecision(digits)) : x;

/** Uniform numbers in [0, 1) that repeat with their seed. For models and simulations, never for secrets. */
export type SeededRandom = () => number;

/** sfc32 (PractRand, C. Doty-Humphrey), seeded by one number. */
export function seededRandom(seed: number): SeededRandom {
  let a = 0x9e3779b9 ^ seed;
  let b = 0x243f6a88;
  let c = 0xb7e15162;
  let counter = 1;
  const next = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return (t >>> 0) / 4294967296;
  };
  for (let i = 0; i < 16; i++) next();
  return next;
}

/** A draw from the standard normal distribution (Box and Muller 1958). */
export const normalDraw = (random: SeededRandom): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
