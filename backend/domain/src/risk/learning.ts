// Changes the terms on which a person's behaviour is learnt, and removes what they no longer cover. The terms change
// first: from then on no process learns or weighs by what is being removed, however far the removal has come.
import type { PetitionId, SessionId, UserId } from '@verity/protocol/ids';
import type { LearningTerms } from './learning-terms';
import type { BehaviourModels, BehaviourWindows, RiskHistory, Terms } from './ports';

export interface LearningPorts {
  terms: Terms;
  windows: Pick<BehaviourWindows, 'removeOfSession' | 'removeOfUser'>;
  models: Pick<BehaviourModels, 'removeOfUser'>;
  history: Pick<RiskHistory, 'removeOfSessions'>;
  /** Drops what the shared cache holds of the person's models. */
  dropCached(user: UserId): Promise<void>;
  /** Drops what the stages remember of sessions that have ended. */
  dropSessionState(sessions: SessionId[]): Promise<void>;
  clock(): Date;
}

/** What was removed. */
export interface Erased {
  at: Date;
  windows: number;
  models: number;
  scoreMinutes: number | null;
}

export type Learning = ReturnType<typeof learning>;

const DAY_MS = 86_400_000;

export function learning(ports: LearningPorts) {
  const { terms, windows, models } = ports;

  return {
    termsOf: (user: UserId): Promise<LearningTerms> => terms.of(user),

    /** From now on a model of its own; the standing one is left as it is. */
    async beginTemporary(
      user: UserId,
      petitionId: PetitionId,
      days: number,
    ): Promise<LearningTerms> {
      const from = ports.clock();
      await windows.removeOfUser(user, { track: 'temporary' });
      await models.removeOfUser(user, { track: 'temporary' });
      const until = new Date(from.getTime() + days * DAY_MS);
      return terms.change(user, { temporary: { petitionId, from, until } }, from);
    },

    /** The standing model returns, and what was learnt meanwhile goes. True for exactly one caller. */
    async endTemporary({ userId, temporary }: LearningTerms): Promise<boolean> {
      if (!temporary) return false;
      if (!(await terms.endTemporary(userId, temporary.petitionId, ports.clock()))) return false;
      await windows.removeOfUser(userId, { track: 'temporary' });
      await models.removeOfUser(userId, { track: 'temporary' });
      await ports.dropCached(userId);
      return true;
    },

    /** Models are made anew of the windows that are kept, with the next one: of one person, or of two. */
    async shareAccount(user: UserId, household: boolean): Promise<LearningTerms> {
      const changed = await terms.change(user, { household }, ports.clock());
      await models.removeOfUser(user, {});
      await ports.dropCached(user);
      return changed;
    },

    /** Takes back what a session taught that was somebody else: its windows, and every model trained since it began. */
    async forgetSession(
      user: UserId,
      session: { id: SessionId; startedAt: Date },
    ): Promise<{ models: number }> {
      await terms.disown(user, session.id, ports.clock());
      await windows.removeOfSession(session.id);
      const removed = await models.removeOfUser(user, { trainedSince: session.startedAt });
      await ports.dropCached(user);
      return { models: removed };
    },

    /** Everything learnt of a person goes. `sessions` are all of theirs; the score of one that lives stays until it ends. */
    async erase(
      user: UserId,
      sessions: { ended: SessionId[]; living: SessionId[] },
      scores: boolean,
    ): Promise<Erased> {
      const at = ports.clock();
      await terms.change(user, { erasedAt: at }, at);
      const erased = {
        windows: await windows.removeOfUser(user, { until: at }),
        models: await models.removeOfUser(user, {}),
      };
      await ports.dropCached(user);
      await ports.dropSessionState(sessions.ended);
      const scoreMinutes = scores
        ? await ports.history.removeOfSessions([...sessions.ended, ...sessions.living])
        : null;
      return { at, ...erased, scoreMinutes };
    },
  };
}
