// Follows the terms on which behaviour is learnt: every process hears of a change within a second, and a temporary
// baseline whose time is over is ended by whichever process finds it first.
import type { Clock } from '@verity/domain/kernel/ports';
import type { LearningTerms } from '@verity/domain/risk/learning-terms';
import type { Terms } from '@verity/domain/risk/ports';
import { followChanges, type Following } from './follow-changes';
import type { Log } from './ports';

export interface FollowTermsNeeds {
  terms: Pick<Terms, 'changedSince' | 'due'>;
  clock: Clock;
  log: Log;
  changed(terms: LearningTerms): void;
  /** Ends a temporary baseline whose time is over; called again until it is no longer due. */
  runOut(terms: LearningTerms): Promise<void>;
}

export const followTerms = (needs: FollowTermsNeeds): Following =>
  followChanges({
    ...needs,
    what: 'the terms of learning',
    since: (at) => needs.terms.changedSince(at),
    mark: ({ userId, changedAt }) => `${userId} ${changedAt.getTime()}`,
    madeAt: ({ changedAt }) => changedAt,
    changed: (terms) => needs.changed(terms),
    async then(now) {
      for (const due of await needs.terms.due(now)) await needs.runOut(due);
    },
  });
