// Waits for a condition, and says in vain for what.
import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves with the first answer that is not empty; what `look` throws counts as empty until the deadline. */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  deadlineMs = 30_000,
): Promise<Exclude<NonNullable<T>, false>> {
  const deadline = performance.now() + deadlineMs;
  let last: unknown;
  do {
    try {
      const found = await look();
      if (found) return found as Exclude<NonNullable<T>, false>;
      last = undefined;
    } catch (error) {
      last = error;
    }
    await sleep(25);
  } while (performance.now() < deadline);
  throw new Error(`waited ${deadlineMs / 1000} s in vain for ${what}`, { cause: last });
}
