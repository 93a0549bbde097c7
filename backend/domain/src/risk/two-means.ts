// Splits windows into two groups by 2-means (Lloyd 1982) over standardised features. Deterministic.
import { centreAndScale } from './centre-and-scale';

const MOST_ROUNDS = 50;

/** Which group each window belongs to, false or true. What a window does not have counts as usual. */
export function twoMeans(windows: readonly Float64Array[]): boolean[] {
  const points = standardised(windows);
  if (points.length < 2) return points.map(() => false);
  // The two that begin lie far apart: the one farthest from the middle, and the one farthest from that.
  const origin = new Float64Array(points[0]?.length ?? 0);
  const one = farthest(points, origin);
  let centres: readonly [Float64Array, Float64Array] = [one, farthest(points, one)];
  let groups: boolean[] = [];
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const now = points.map((point) => squared(point, centres[1]) < squared(point, centres[0]));
    if (round > 0 && now.every((group, index) => group === groups[index])) break;
    groups = now;
    centres = [
      meanOf(points.filter((_, index) => !groups[index])) ?? centres[0],
      meanOf(points.filter((_, index) => groups[index])) ?? centres[1],
    ];
  }
  return groups;
}

function standardised(windows: readonly Float64Array[]): Float64Array[] {
  const { centre, scale } = centreAndScale(windows);
  return windows.map((window) =>
    window.map((value, feature) => {
      const deviation = (value - (centre[feature] as number)) / (scale[feature] as number);
      return Number.isFinite(deviation) ? deviation : 0;
    }),
  );
}

function squared(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += ((a[at] as number) - (b[at] as number)) ** 2;
  return sum;
}

function farthest(points: readonly Float64Array[], from: Float64Array): Float64Array {
  return points.reduce((best, point) =>
    squared(point, from) > squared(best, from) ? point : best,
  );
}

function meanOf(points: readonly Float64Array[]): Float64Array | null {
  const [first] = points;
  if (!first) return null;
  const sum = new Float64Array(first.length);
  for (const point of points) for (let at = 0; at < sum.length; at++) sum[at]! += point[at]!;
  return sum.map((value) => value / points.length);
}
