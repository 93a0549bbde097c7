// When a job is tried again: a ladder of fixed delays, because a queue holds messages of one delay each.

/**
 * Delays of the ladder in milliseconds. Each has a queue of its own per jitter, so that a long delay never stands
 * before a short one.
 */
export const RUNGS_MS = [1_000, 5_000, 15_000, 60_000, 300_000, 900_000, 3_600_000] as const;

/** Factors by which the queues of one rung differ, so that what failed together does not come back together. */
export const JITTER = [0.85, 1.15] as const;

export interface RetryPolicy {
  /** Runs in all, the first one included. */
  readonly attempts: number;
  /** Delay after the first failure; each further one climbs a rung. */
  readonly firstDelayMs: number;
}

/** The rung after the failure of `attempt` (1 for the first run); null when it was the last. */
export function rungAfter(policy: RetryPolicy, attempt: number): number | null {
  if (attempt >= policy.attempts) return null;
  return Math.min(rungFor(policy.firstDelayMs) + attempt - 1, RUNGS_MS.length - 1);
}

/** The lowest rung that waits at least `delayMs`, else the highest. */
export function rungFor(delayMs: number, rungs: readonly number[] = RUNGS_MS): number {
  const found = rungs.findIndex((rung) => rung >= delayMs);
  return found === -1 ? rungs.length - 1 : found;
}
