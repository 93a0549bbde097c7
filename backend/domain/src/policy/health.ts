// Whether a version hits people as often as was foretold: shares of sessions, compared at looks that grow further apart.
import type { Divergence, HitRates } from '@verity/protocol/policy/health';
import { fisherMore } from '../kernel/fisher';

/** Each look may be wrong so often; looks double, so that ten of them are wrong in at most one of a hundred watches. */
const ALPHA = 0.001;
/** What differs by chance alone and what matters are two things: so many times as often, and so much of all sessions. */
const LEAST = { times: 1.5, share: 0.01 };

/**
 * How live rates differ from the forecast; null when they do not, by chance or by size. More of either comes before
 * fewer: it is what hurts. Sessions that still live count as they stand, so `more` is never due to their youth, while
 * `fewer` may be.
 */
export function divergenceOf(live: HitRates, forecast: HitRates): Divergence | null {
  const found: Divergence[] = [];
  for (const direction of ['more', 'fewer'] as const) {
    for (const what of ['terminated', 'challenged'] as const) {
      const a = { count: live[what], of: live.sessions };
      const b = { count: forecast[what], of: forecast.sessions };
      const [higher, lower] = direction === 'more' ? [a, b] : [b, a];
      if (!matters(higher, lower)) continue;
      const p = fisherMore(higher, lower);
      if (p < ALPHA) found.push({ what, direction, p });
    }
  }
  return found[0] ?? null;
}

interface Rate {
  count: number;
  of: number;
}

const matters = (higher: Rate, lower: Rate): boolean => {
  const [high, low] = [higher, lower].map(({ count, of }) => (of > 0 ? count / of : 0));
  return high! - low! >= LEAST.share && high! >= low! * LEAST.times;
};

/** The number of sessions at which to look again. */
export const nextLook = (sessions: number, minimum: number): number =>
  Math.max(minimum, 2 ** (Math.floor(Math.log2(Math.max(1, sessions / minimum))) + 1) * minimum);

export const percent = ({ count, of }: Rate): string =>
  of > 0 ? `${((count / of) * 100).toFixed(1)} %` : 'none';
