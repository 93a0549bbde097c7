// The course of a score as a line on a screen: so few points that it draws at once, and no peak lost.
import type { RiskPoint } from '@verity/protocol/risk/schemas';
import type { RiskPointRecord } from '@verity/domain/risk/ports';

/** More points than these are more than a screen shows. */
const SLOTS = 360;

/** The highest point of each of `slots` equal spans of time, in order, and always the newest one. */
export function peaksOf(points: readonly RiskPointRecord[], slots = SLOTS): RiskPoint[] {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || points.length <= slots) return points.map(told);
  const began = first.at.getTime();
  const span = (last.at.getTime() - began + 1) / slots;
  const peaks = new Map<number, RiskPointRecord>();
  for (const point of points) {
    const slot = Math.floor((point.at.getTime() - began) / span);
    const peak = peaks.get(slot);
    if (!peak || point.riskScore > peak.riskScore) peaks.set(slot, point);
  }
  const line = [...peaks.values()];
  return (line.at(-1) === last ? line : [...line, last]).map(told);
}

const told = ({ at, riskScore, band }: RiskPointRecord): RiskPoint => ({
  at: at.toISOString(),
  risk_score: riskScore,
  band,
});
