// Follows the terms on which behaviour is learnt: every process hears of a change within a second, and a temporary
// baseline whose time is over is ended by whichever process finds it first.
import type { UserId } from '@verity/protocol/ids';
import type { Clock } from '@verity/domain/kernel/ports';
import type { LearningTerms } from '@verity/domain/risk/learning-terms';
import type { Terms } from '@verity/domain/risk/ports';
import type { Log } from './ports';

const LOOK_MS = 1_000;
/** Changes are written by other machines, whose clocks are not ours. */
const OVERLAP_MS = 30_000;

export interface FollowTermsNeeds {
  terms: Pick<Terms, 'changedSince' | 'due'>;
  clock: Clock;
  log: Log;
  changed(terms: LearningTerms): void;
  /** Ends a temporary baseline whose time is over; called again until it is no longer due. */
  runOut(terms: LearningTerms): Promise<void>;
}

export function followTerms(needs: FollowTermsNeeds): { stop(): Promise<void> } {
  const seen = new Map<UserId, number>();
  let from = needs.clock().getTime();
  let looking: Promise<void> | null = null;

  const look = async (): Promise<void> => {
    const now = needs.clock().getTime();
    const since = from - OVERLAP_MS;
    for (const terms of await needs.terms.changedSince(new Date(since))) {
      const changedAt = terms.changedAt.getTime();
      if (seen.get(terms.userId) === changedAt) continue;
      seen.set(terms.userId, changedAt);
      needs.changed(terms);
    }
    from = now;
    for (const [user, changedAt] of seen) if (changedAt < since) seen.delete(user);
    for (const terms of await needs.terms.due(new Date(now))) await needs.runOut(terms);
  };

  const timer = setInterval(() => {
    looking ??= look()
      .catch((err: unknown) => needs.log.warn({ err }, 'the terms of learning could not be read'))
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
