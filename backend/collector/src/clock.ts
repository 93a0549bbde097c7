// Server time of a monotonic instant, steady enough for times of different batches to be compared.

/** A difference below this is jitter of the clocks; above it one of them was set, or the machine slept. */
const JUMP_MS = 250;

export function serverClock(
  serverNow: () => number,
  monotonicNow: () => number,
): (monotonicMs: number) => number {
  let offset = serverNow() - monotonicNow();
  return (monotonicMs) => {
    const current = serverNow() - monotonicNow();
    if (Math.abs(current - offset) > JUMP_MS) offset = current;
    return monotonicMs + offset;
  };
}
