// What a tick of a schedule does: it enqueues, or it says why it does not.

export interface SchedulePolicy {
  /** A tick that was due while nothing ran: caught up with once, or passed over. */
  readonly missed: 'once' | 'skip';
  /** A tick whose predecessor still runs or waits: passed over, or queued behind it. */
  readonly overlap: 'skip' | 'queue';
}

export type TickVerdict = { enqueue: true } | { enqueue: false; why: 'missed' | 'overlap' };

/** Later than this a tick counts as missed: the clock looks every second, and a busy store adds some. */
export const LATE_MS = 20_000;

export function judgeTick(
  policy: SchedulePolicy,
  tick: { scheduledFor: Date; now: Date; predecessorLives: boolean },
): TickVerdict {
  const lateMs = tick.now.getTime() - tick.scheduledFor.getTime();
  if (policy.missed === 'skip' && lateMs > LATE_MS) return { enqueue: false, why: 'missed' };
  if (policy.overlap === 'skip' && tick.predecessorLives) return { enqueue: false, why: 'overlap' };
  return { enqueue: true };
}

/**
 * The id of the job of a tick, the same whoever computes it: a UUIDv7 of the instant and of the digest of the
 * task's name. `digest` is at least 10 bytes of a hash over `name + instant`.
 */
export const tickBytes = (task: string, scheduledFor: Date): Uint8Array =>
  new TextEncoder().encode(`${task} ${scheduledFor.toISOString()}`);
