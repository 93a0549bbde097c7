// Handlers of petitions: a person appeals or asks for a temporary baseline; an admin answers, and the answer takes effect.
import { Fault } from '@verity/protocol/faults';
import type { Petition } from '@verity/protocol/alerts/petition-schemas';
import type { petitionRoutes } from '@verity/protocol/alerts/petition-routes';
import type { Action } from '@verity/protocol/audit/schemas';
import type { PetitionId } from '@verity/protocol/ids';
import { mustNotFlood, mustSuit, noLongerOpen, sayAnswer } from '@verity/domain/alerts/petitions';
import { ROOM_ADMIN, roomOfUser } from '@verity/domain/realtime/ports';
import { trackAt } from '@verity/domain/risk/learning-terms';
import type { Call, Handlers, UserCaller } from '../http/handler';
import { mustBeFresh } from './fresh-proof';
import { personOf } from './identity-ports';
import { overturn } from './overturn';
import type { PetitionPorts } from './petition-ports';
import { draftAppeal } from './petition-drafts';
import { presentOwnPetition, presentPage } from './present';

const DAY_MS = 86_400_000;
const PATH = '/appeals';

export function petitionHandlers(ports: PetitionPorts): Handlers<keyof typeof petitionRoutes> {
  const { petitions, clock } = ports;

  const record = (
    { caller, address }: Call<UserCaller>,
    action: Action,
    petition: Petition,
    details: Record<string, unknown> = {},
  ) =>
    ports.journal.record({
      actor: `user:${caller.rights.userId}`,
      action,
      subject: `petition:${petition.id}`,
      outcome: 'success',
      address,
      details: {
        user: `user:${petition.user_id}`,
        kind: petition.kind,
        session: petition.session_id,
        decision: petition.decision_id,
        alert: petition.alert_id,
        ...details,
      },
    });

  const announce = (petition: Petition): void => {
    ports.announcer.announce('petition_update', ['alerts'], { petition });
    ports.announcer.announce('petition_update', [roomOfUser(petition.user_id)], {
      petition: presentOwnPetition(petition),
    });
  };

  /** Keeps it, puts it on record, and tells the admins that somebody waits for them. */
  const make = async (
    call: Call<UserCaller>,
    asked: Omit<Petition, keyof ReturnType<typeof blank>>,
  ): Promise<Petition> => {
    const { rights } = call.caller;
    const user = await personOf(ports.users, rights.userId);
    const now = clock();
    mustNotFlood(await petitions.madeSince(user.id, new Date(now.getTime() - DAY_MS)));
    const petition: Petition = { ...asked, ...blank(ports.newId<PetitionId>(), user, now) };
    await petitions.add(petition);
    await record(call, 'petition.made', petition, { days: petition.days });
    announce(petition);
    ports.announcer.announce('admin_notification', [ROOM_ADMIN], {
      kind: 'session',
      title:
        petition.kind === 'appeal'
          ? `${user.name} appeals`
          : `${user.name} asks for a temporary baseline`,
      body: petition.about,
      link: `${PATH}/${petition.id}`,
      at: now.toISOString(),
    });
    return presentOwnPetition(petition);
  };

  const known = async (id: PetitionId): Promise<Petition> => {
    const petition = await petitions.byId(id);
    if (petition) return petition;
    throw new Fault('not-found', 'There is no such appeal or request.', {
      fix: 'GET /api/v1/petitions lists them.',
    });
  };

  return {
    async 'POST /api/v1/me/appeals'({ body }, call) {
      return make(call, await draftAppeal(ports, call.caller.rights, body));
    },

    async 'POST /api/v1/me/baseline'({ body: { text, days } }, call) {
      const { rights } = call.caller;
      mustBeFresh(rights, clock(), 'ask for a temporary baseline');
      if (trackAt(await ports.learning.termsOf(rights.userId), clock()) === 'temporary') {
        throw new Fault('conflict', 'A temporary baseline is in force already.', {
          fix: 'End it first, or wait until it ends.',
        });
      }
      return make(call, {
        kind: 'baseline',
        session_id: rights.id,
        decision_id: null,
        alert_id: null,
        about: `A temporary baseline for ${days === 1 ? 'one day' : `${days} days`}`,
        text,
        days,
        evidence: null,
      });
    },

    async 'GET /api/v1/me/petitions'({ query }, { caller }) {
      const found = await petitions.list({ userId: caller.rights.userId }, query);
      return presentPage(found, presentOwnPetition);
    },

    async 'DELETE /api/v1/me/petitions/:id'({ params }, call) {
      const { userId } = call.caller.rights;
      const before = await petitions.byId(params.id);
      if (before?.user_id !== userId) {
        throw new Fault('not-found', 'You have made no such appeal or request.', {
          fix: 'GET /api/v1/me/petitions lists yours.',
        });
      }
      const by = call.caller.rights.userEmail;
      const how = { status: 'withdrawn', by, answer: null, at: clock() } as const;
      const petition = (await petitions.close(params.id, how)) ?? noLongerOpen(before);
      await record(call, 'petition.withdrawn', petition);
      announce(petition);
      return presentOwnPetition(petition);
    },

    'GET /api/v1/petitions'({ query: { cursor, limit, user_id: userId, ...rest } }) {
      return petitions.list({ ...rest, userId }, { cursor, limit });
    },

    'GET /api/v1/petitions/:id': ({ params }) => known(params.id),

    async 'POST /api/v1/petitions/:id/answer'({ params, body: { outcome, reason } }, call) {
      const { rights } = call.caller;
      const before = await known(params.id);
      mustSuit(before, outcome, rights.userId);
      const how = { status: outcome, by: rights.userEmail, answer: reason, at: clock() };
      const petition = (await petitions.close(params.id, how)) ?? noLongerOpen(before);
      const effect = await takeEffect(ports, petition, call);
      await record(call, 'petition.answered', petition, { outcome, reason, ...effect });
      await ports.tell(petition.user_id, {
        kind: 'petition',
        ...sayAnswer(petition),
        link: linkOf(petition),
        session: petition.session_id,
      });
      announce(petition);
      return petition;
    },
  };
}

/** What a favourable answer changes; nothing follows from the others. */
async function takeEffect(
  ports: PetitionPorts,
  petition: Petition,
  { caller, address }: Call<UserCaller>,
): Promise<Record<string, unknown>> {
  const by = `user:${caller.rights.userId}`;
  if (petition.status === 'overturned') return overturn(ports, petition, { by, address });
  if (petition.status !== 'approved' || petition.days === null) return {};
  const { temporary } = await ports.learning.beginTemporary(
    petition.user_id,
    petition.id,
    petition.days,
  );
  const until = temporary?.until.toISOString() ?? null;
  await ports.journal.record({
    actor: by,
    action: 'baseline.began',
    subject: `user:${petition.user_id}`,
    outcome: 'success',
    address,
    details: { petition: petition.id, days: petition.days, until },
  });
  return { until };
}

/** Where the person reads the answer. */
function linkOf({ kind, decision_id, alert_id, session_id }: Petition): string {
  if (kind === 'baseline') return '/privacy';
  if (decision_id) return `/why/decision/${decision_id}`;
  return alert_id ? `/why/alert/${alert_id}` : `/why/session/${session_id}`;
}

const blank = (
  id: PetitionId,
  user: Pick<Awaited<ReturnType<typeof personOf>>, 'id' | 'email' | 'name' | 'demo'>,
  now: Date,
) => ({
  id,
  status: 'open' as const,
  user_id: user.id,
  user_email: user.email,
  user_name: user.name,
  created_at: now.toISOString(),
  answered_at: null,
  answered_by: null,
  answer: null,
  demo: user.demo,
});
