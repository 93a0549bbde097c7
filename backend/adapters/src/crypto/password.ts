// Passwords: Argon2id by OWASP's parameters, on libuv's threads, a bounded number at a time.
import { hash, verify } from '@node-rs/argon2';
import { Fault } from '@verity/protocol/faults';
import type { PasswordHasher } from '@verity/domain/identity/ports';

/** OWASP Password Storage Cheat Sheet, second choice of the equivalent settings: 19 MiB, two passes, one lane. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export interface HasherLimits {
  /** Hashes computed at the same time; each takes 19 MiB. */
  concurrent?: number;
  /** Callers that may wait; one more is refused. */
  waiting?: number;
}

export async function createPasswordHasher(limits: HasherLimits = {}): Promise<PasswordHasher> {
  const turn = takeTurns(limits.concurrent ?? 2, limits.waiting ?? 200);
  // Verified in place of a hash that is not there, so that unknown people take as long as known ones.
  const dummy = await hash('no one has this password', PARAMETERS);

  return {
    hash: (password) => turn(() => hash(password.normalize('NFKC'), PARAMETERS)),
    async verify(stored, password) {
      const fits = await turn(() => verify(stored ?? dummy, password.normalize('NFKC')));
      return stored !== null && fits;
    },
  };
}

/** Runs at most `concurrent` works at a time, first come first served. Throws `unavailable` when too many wait. */
function takeTurns(concurrent: number, waiting: number) {
  let running = 0;
  const queue: (() => void)[] = [];
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= concurrent) {
      if (queue.length >= waiting) {
        throw new Fault('unavailable', 'Too many people are signing in at this moment.', {
          fix: 'Try again in a few seconds.',
          retryAfterSeconds: 5,
        });
      }
      await new Promise<void>((resolve) => queue.push(resolve));
    } else {
      running += 1;
    }
    try {
      return await work();
    } finally {
      // The place is handed to the next in line, or given up.
      const next = queue.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
