// Follows what other processes write: every process looks into the store each second, so nothing it must know is missed.
import type { Clock } from '@verity/domain/kernel/ports';
import type { Log } from './ports';

const LOOK_MS = 1_000;
/** Changes are written by other machines, whose clocks are not ours. */
const OVERLAP_MS = 30_000;

export interface FollowNeeds<T> {
  /** What is followed, in words, for the log. */
  what: string;
  /** Changes of that time and later. */
  since(at: Date): Promise<T[]>;
  /** Tells one change from every other. */
  mark(change: T): string;
  madeAt(change: T): Date;
  changed(change: T): void;
  /** Done after each look. */
  then?(now: Date): Promise<void>;
  clock: Clock;
  log: Log;
}

export interface Following {
  stop(): Promise<void>;
}

/** Each change is told once. */
export function followChanges<T>(needs: FollowNeeds<T>): Following {
  const seen = new Map<string, number>();
  let from = needs.clock().getTime();
  let looking: Promise<void> | null = null;

  const look = async (): Promise<void> => {
    const now = needs.clock().getTime();
    const since = from - OVERLAP_MS;
    for (const change of await needs.since(new Date(since))) {
      const mark = needs.mark(change);
      if (seen.has(mark)) continue;
      seen.set(mark, needs.madeAt(change).getTime());
      needs.changed(change);
    }
    from = now;
    for (const [mark, madeAt] of seen) if (madeAt < since) seen.delete(mark);
    await needs.then?.(new Date(now));
  };

  const timer = setInterval(() => {
    looking ??= look()
      .catch((err: unknown) =>
        needs.log.warn({ err, what: needs.what }, 'what has changed could not be read yet'),
      )
      .finally(() => {
        looking = null;
      });
  }, LOOK_MS);
  return {
    async stop() {
      clearInterval(timer);
      await looking;
    },
  };
}
