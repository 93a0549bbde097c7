// When a failed delivery is tried again: waits that grow threefold, spread by chance, until its time is over.

const FIRST_WAIT_MS = 5_000;
const GROWTH = 3;
const LONGEST_WAIT_MS = 4 * 3_600_000;
/** A wait is shortened by up to this share, so that what failed together does not come back together. */
const SPREAD = 0.3;

/**
 * The time of the next attempt; null when that would lie beyond `hours` after the delivery was due.
 * `attempts` made so far, at least one; `chance` in [0, 1).
 */
export function nextAttempt(
  attempts: number,
  dueSince: Date,
  now: Date,
  hours: number,
  chance: number,
): Date | null {
  const full = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * GROWTH ** (attempts - 1));
  const next = new Date(now.getTime() + full * (1 - SPREAD * chance));
  return next.getTime() - dueSince.getTime() > hours * 3_600_000 ? null : next;
}

/** Failures in a row, and how long they have gone on, after which a webhook is paused: nobody is listening there. */
const PAUSE = { failures: 20, afterMs: 30 * 60_000 };

export const isGivenUp = (
  webhook: { failuresInARow: number; failingSince: Date | null },
  now: Date,
): boolean =>
  webhook.failuresInARow >= PAUSE.failures &&
  webhook.failingSince !== null &&
  now.getTime() - webhook.failingSince.getTime() >= PAUSE.afterMs;
