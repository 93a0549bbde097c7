// The Wilson score interval of a share (Wilson 1927): true to its level also for few trials and shares near 0 or 1.

/** Standard normal quantile of a two-sided 95 % interval. */
const Z_95 = 1.959963984540054;

export interface Interval {
  low: number;
  high: number;
}

/** Of `count` among `of`; null when there was no trial. */
export function wilson(count: number, of: number, z = Z_95): Interval | null {
  if (of <= 0) return null;
  const share = count / of;
  const z2 = z * z;
  const middle = (share + z2 / (2 * of)) / (1 + z2 / of);
  const half = (z / (1 + z2 / of)) * Math.sqrt((share * (1 - share)) / of + z2 / (4 * of * of));
  // At the ends rounding must not leave the share itself outside.
  return {
    low: count === 0 ? 0 : Math.max(0, middle - half),
    high: count === of ? 1 : Math.min(1, middle + half),
  };
}
