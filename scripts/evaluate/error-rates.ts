// Error rates of a detector from its scores: higher means stranger.

/**
 * The equal-error rate as Killourhy and Maxion publish it: on the ROC curve through all thresholds, the point where
 * false-alarm and miss rate are equal, between two neighbouring points by linear interpolation.
 */
export function equalErrorRate(genuine: readonly number[], impostor: readonly number[]): number {
  const points = rates(genuine, impostor);
  for (let i = 1; i < points.length; i++) {
    const [before, after] = [points[i - 1] as RatePoint, points[i] as RatePoint];
    if (after.falseAlarm > after.miss) continue;
    const a = before.falseAlarm - before.miss;
    const b = after.falseAlarm - after.miss;
    const share = a === b ? 0 : a / (a - b);
    return before.falseAlarm + share * (after.falseAlarm - before.falseAlarm);
  }
  return Number.NaN;
}

interface RatePoint {
  threshold: number;
  /** Share of genuine scores at or above the threshold. */
  falseAlarm: number;
  /** Share of impostor scores below it. */
  miss: number;
}

/** One point per distinct score, ascending: from all flagged to none flagged. */
function rates(genuine: readonly number[], impostor: readonly number[]): RatePoint[] {
  const g = Float64Array.from(genuine).sort();
  const m = Float64Array.from(impostor).sort();
  const thresholds = [...new Set([...g, ...m])].sort((a, b) => a - b);
  thresholds.push(Infinity);
  let gi = 0;
  let mi = 0;
  return thresholds.map((threshold) => {
    while (gi < g.length && (g[gi] as number) < threshold) gi++;
    while (mi < m.length && (m[mi] as number) < threshold) mi++;
    return { threshold, falseAlarm: 1 - gi / g.length, miss: mi / m.length };
  });
}

/** Share of impostors accepted at the threshold that rejects at most `falseAlarm` of the genuine. */
export function missAtFalseAlarm(
  genuine: readonly number[],
  impostor: readonly number[],
  falseAlarm: number,
): number {
  const point = rates(genuine, impostor).find((p) => p.falseAlarm <= falseAlarm + 1e-12);
  return point?.miss ?? 1;
}

/** Share of genuine rejected at the highest threshold that accepts no impostor. */
export function falseAlarmAtZeroMiss(
  genuine: readonly number[],
  impostor: readonly number[],
): number {
  const least = Math.min(...impostor);
  return genuine.filter((score) => score >= least).length / genuine.length;
}

export const meanOf = (xs: readonly number[]): number =>
  xs.reduce((sum, x) => sum + x, 0) / xs.length;

/** With n - 1. */
export function deviationOf(xs: readonly number[]): number {
  const mean = meanOf(xs);
  return Math.sqrt(xs.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (xs.length - 1));
}

export function medianOf(xs: readonly number[]): number {
  const sorted = [...xs].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[half] as number)
    : ((sorted[half - 1] as number) + (sorted[half] as number)) / 2;
}

/** Area under the ROC curve: how often an impostor scores above a genuine one; ties count half (Mann and Whitney). */
export function areaUnderCurve(genuine: readonly number[], impostor: readonly number[]): number {
  const all = [
    ...genuine.map((score) => ({ score, impostor: false })),
    ...impostor.map((score) => ({ score, impostor: true })),
  ].sort((a, b) => a.score - b.score);
  let ranks = 0;
  for (let from = 0; from < all.length;) {
    let to = from;
    while (to < all.length && all[to]?.score === all[from]?.score) to++;
    const shared = (from + 1 + to) / 2;
    for (const one of all.slice(from, to)) if (one.impostor) ranks += shared;
    from = to;
  }
  return (
    (ranks - (impostor.length * (impostor.length + 1)) / 2) / (genuine.length * impostor.length)
  );
}

/** The lowest threshold that at most this share of the genuine scores exceed. */
export function falseAlarmThreshold(genuine: readonly number[], falseAlarm: number): number {
  const sorted = [...genuine].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * (1 - falseAlarm)) - 1)] ?? Infinity;
}
