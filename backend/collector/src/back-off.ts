// How long to wait before the next attempt: exponential, capped, with jitter so that clients do not come back in step.

const FIRST_MS = 1000;
const LONGEST_MS = 30_000;

/** `attempt` counts from 0; `random` gives [0, 1). Answers 50 to 100 % of the step. */
export function backOffMs(attempt: number, random: () => number): number {
  const step = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
  return step * (0.5 + random() / 2);
}

/** A number in [0, 1). */
export const jitter = (): number => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32;
