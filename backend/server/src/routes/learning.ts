// Handlers of the terms of learning: a temporary baseline that ends early, a shared account, erasure for a person.
import { Fault } from '@verity/protocol/faults';
import type { Action } from '@verity/protocol/audit/schemas';
import type { UserId } from '@verity/protocol/ids';
import type {
  LearningTerms as Presented,
  learningRoutes,
} from '@verity/protocol/risk/learning-routes';
import type { Journal } from '@verity/domain/audit/ports';
import type { Users } from '@verity/domain/identity/ports';
import type { Tell } from '@verity/domain/identity/notices';
import type { Clock } from '@verity/domain/kernel/ports';
import type { Learning } from '@verity/domain/risk/learning';
import { trackAt, weakens, type LearningTerms } from '@verity/domain/risk/learning-terms';
import type { BehaviourWindows } from '@verity/domain/risk/ports';
import type { Call, Handlers, UserCaller } from '../http/handler';
import { erasure, type ErasurePorts } from './erasure';

export interface LearningRoutePorts extends ErasurePorts {
  users: Pick<Users, 'byId'>;
  learning: Learning;
  windows: Pick<BehaviourWindows, 'count'>;
  tell: Tell;
  journal: Journal;
  clock: Clock;
}

export function learningHandlers(ports: LearningRoutePorts): Handlers<keyof typeof learningRoutes> {
  const { learning, clock } = ports;
  const erase = erasure(ports);

  const present = async (terms: LearningTerms): Promise<Presented> => {
    const inForce = trackAt(terms, clock()) === 'temporary' ? terms.temporary : null;
    return {
      erased_at: terms.erasedAt?.toISOString() ?? null,
      temporary: inForce && {
        from: inForce.from.toISOString(),
        until: inForce.until.toISOString(),
        keystroke_windows: (await ports.windows.count(terms.userId, 'temporary')).keystroke ?? 0,
      },
      household: terms.household,
      weakens: weakens(terms, clock()),
    };
  };

  const mustExist = async (user: UserId): Promise<void> => {
    if (await ports.users.byId(user)) return;
    throw new Fault('not-found', 'There is no such person.', {
      fix: 'GET /api/v1/users lists them.',
    });
  };

  const record = (
    { caller, address }: Call<UserCaller>,
    action: Action,
    user: UserId,
    details: Record<string, unknown>,
  ) =>
    ports.journal.record({
      actor: `user:${caller.rights.userId}`,
      action,
      subject: `user:${user}`,
      outcome: 'success',
      address,
      details,
    });

  const endBaseline = async (
    call: Call<UserCaller>,
    user: UserId,
    reason: string,
  ): Promise<Presented> => {
    const before = await learning.termsOf(user);
    if (!(await learning.endTemporary(before))) {
      throw new Fault('conflict', 'No temporary baseline is in force.', { fix: 'Look again.' });
    }
    const details = { petition: before.temporary?.petitionId ?? null, reason };
    await record(call, 'baseline.ended', user, details);
    await ports.tell(user, {
      kind: 'petition',
      title: 'Your temporary baseline has ended',
      body: `${reason} Your behaviour is compared with your standing model again.`,
      link: '/privacy',
      session: null,
    });
    return present(await learning.termsOf(user));
  };

  return {
    'DELETE /api/v1/me/baseline': (_input, call) =>
      endBaseline(call, call.caller.rights.userId, 'You ended it.'),

    async 'GET /api/v1/users/:id/learning'({ params: { id } }) {
      await mustExist(id);
      return present(await learning.termsOf(id));
    },

    async 'POST /api/v1/users/:id/baseline/end'({ params: { id }, body }, call) {
      await mustExist(id);
      return endBaseline(call, id, body.reason);
    },

    async 'PUT /api/v1/users/:id/household'({ params: { id }, body: { on, reason } }, call) {
      await mustExist(id);
      const before = await learning.termsOf(id);
      if (before.household === on) return present(before);
      const terms = await learning.shareAccount(id, on);
      await record(call, 'household.changed', id, { on, reason });
      await ports.tell(id, {
        kind: 'account',
        title: on
          ? 'Your account counts as shared by two people'
          : 'Your account counts as yours alone',
        body: on
          ? `An admin said so: ${reason} Behaviour protects the account less: it need only resemble one of the two.`
          : `An admin said so: ${reason}`,
        link: '/privacy',
        session: null,
      });
      return present(terms);
    },

    async 'POST /api/v1/users/:id/erasure'({ params: { id }, body: { scores, reason } }, call) {
      await mustExist(id);
      return erase(
        id,
        { by: `user:${call.caller.rights.userId}`, address: call.address },
        { scores, reason },
      );
    },
  };
}
