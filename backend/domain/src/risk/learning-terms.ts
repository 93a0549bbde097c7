// On what terms the behaviour of a person is learnt: what was erased, a temporary baseline, a shared account.
import type { PetitionId, SessionId, UserId } from '@verity/protocol/ids';
import type { Track, WindowRecord } from './ports';

export interface LearningTerms {
  userId: UserId;
  /** What was measured until then was erased, and nothing of it is learnt any more. */
  erasedAt: Date | null;
  /** Meanwhile behaviour is judged by, and teaches, a model of its own. */
  temporary: { petitionId: PetitionId; from: Date; until: Date } | null;
  /** Two people share the account: windows are weighed by the better of two models. */
  household: boolean;
  /** Sessions that the person said were somebody else; the newest last. */
  disowned: SessionId[];
  /** Of the newest change; every process of the pipeline looks for newer ones each second. */
  changedAt: Date;
}

/** The terms of everybody for whom nothing was agreed. */
export const usualTerms = (userId: UserId): LearningTerms => ({
  userId,
  erasedAt: null,
  temporary: null,
  household: false,
  disowned: [],
  changedAt: new Date(0),
});

export const TRACKS = ['standing', 'temporary'] as const satisfies Track[];

/** Which model judges and learns at that time. */
export function trackAt({ temporary }: Pick<LearningTerms, 'temporary'>, at: Date): Track {
  return temporary && at >= temporary.from && at < temporary.until ? 'temporary' : 'standing';
}

/** Whether a window may teach: it was not erased, and the session is not somebody else's. */
export const mayBeLearnt = (
  { erasedAt, disowned }: Pick<LearningTerms, 'erasedAt' | 'disowned'>,
  { at, sessionId }: Pick<WindowRecord, 'at' | 'sessionId'>,
): boolean => (erasedAt === null || at > erasedAt) && !disowned.includes(sessionId);

/** What the terms take away from the protection of the account, in words. */
export function weakens(terms: LearningTerms, now: Date): string[] {
  const said: string[] = [];
  if (trackAt(terms, now) === 'temporary') {
    said.push(
      'Behaviour is compared with what was learnt since the temporary baseline began: at first it says almost nothing, and whoever uses the account teaches it.',
    );
  }
  if (terms.household) {
    said.push(
      'Behaviour is compared with the better of two models: a stranger need only resemble one of two people.',
    );
  }
  return said;
}
