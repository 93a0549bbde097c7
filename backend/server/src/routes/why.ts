// Handlers that answer "why me": what hit the caller, on what evidence, by which rule, and what would change it.
import { Fault } from '@verity/protocol/faults';
import type { Alert } from '@verity/protocol/alerts/schemas';
import type { AlertId, SessionId, UserId } from '@verity/protocol/ids';
import type { PastScore } from '@verity/protocol/risk/schemas';
import type { Why, WhatIf, whyRoutes } from '@verity/protocol/risk/why-routes';
import type { Alerts } from '@verity/domain/alerts/ports';
import type { Petitions } from '@verity/domain/alerts/petition-ports';
import type { SessionRecord, SessionRights, Sessions, Users } from '@verity/domain/identity/ports';
import { methodsOf } from '@verity/domain/identity/recovery';
import { livesIn } from '@verity/domain/identity/session-rights';
import type { DecisionRecord, Decisions, Policies } from '@verity/domain/policy/ports';
import { ruleForPeople } from '@verity/domain/policy/rule-for-people';
import type { Clock } from '@verity/domain/kernel/ports';
import { trackAt } from '@verity/domain/risk/learning-terms';
import type { BehaviourModels, LiveRisk, Terms } from '@verity/domain/risk/ports';
import { whatIfs } from '@verity/domain/risk/what-if';
import type { Handlers } from '../http/handler';
import { personOf } from './identity-ports';
import { presentOwnPetition, presentPage, presentSession } from './present';
import { presentOwnDecision, riskOfThen, whatHappened } from './why-words';

export interface WhyPorts {
  users: Pick<Users, 'byId'>;
  sessions: Pick<Sessions, 'byId'>;
  decisions: Pick<Decisions, 'byId' | 'ofUser'>;
  alerts: Pick<Alerts, 'byId' | 'list'>;
  petitions: Pick<Petitions, 'newestAbout'>;
  policies: Pick<Policies, 'byVersion'>;
  live: Pick<LiveRisk, 'get'>;
  models: Pick<BehaviourModels, 'list'>;
  terms: Pick<Terms, 'of'>;
  clock: Clock;
}

const notYours = (): Fault =>
  new Fault('not-found', 'There is nothing of that kind about you.', {
    fix: 'GET /api/v1/me/decisions and GET /api/v1/me/alerts list what there is.',
  });

export function whyHandlers(ports: WhyPorts): Handlers<keyof typeof whyRoutes> {
  /** Whether there is a model of it in the track that is in force. */
  const knowsTyping = async (user: UserId): Promise<boolean> => {
    const [terms, models] = await Promise.all([ports.terms.of(user), ports.models.list(user)]);
    const inForce = trackAt(terms, ports.clock());
    return models.some(
      ({ modality, track = 'standing' }) => modality === 'keystroke' && track === inForce,
    );
  };

  const whatIfsOf = async (user: UserId, risk: PastScore | null): Promise<WhatIf[]> => {
    if (!risk) return [];
    const [person, typing] = await Promise.all([personOf(ports.users, user), knowsTyping(user)]);
    return whatIfs(risk, { proofs: methodsOf(person), typing });
  };

  const ownSession = async (user: UserId, id: SessionId | null): Promise<SessionRecord | null> => {
    const session = id ? await ports.sessions.byId(id) : null;
    return session?.userId === user ? session : null;
  };

  /** The newest decision on a session whose evidence was kept. */
  const newestDecision = async (user: UserId, sessionId: SessionId) => {
    const { items } = await ports.decisions.ofUser(user, { sessionId, hits: true }, { limit: 1 });
    return items[0] ?? null;
  };

  const subjectOf = async (user: UserId, kind: Why['kind'], id: string): Promise<Subject> => {
    if (kind === 'decision') {
      const decision = await ports.decisions.byId(id);
      if (decision?.user_id !== user) throw notYours();
      return { decision, alert: null, session: await ownSession(user, decision.session_id) };
    }
    if (kind === 'alert') {
      const alert = await ports.alerts.byId(id as AlertId);
      if (!alert || alert.user_id !== user) throw notYours();
      const session = await ownSession(user, alert.session_id);
      return { decision: session && (await newestDecision(user, session.id)), alert, session };
    }
    const session = await ownSession(user, id as SessionId);
    if (!session) throw notYours();
    return { decision: await newestDecision(user, session.id), alert: null, session };
  };

  const isDisowned = async (user: UserId, session: SessionRecord | null): Promise<boolean> =>
    session !== null && (await ports.terms.of(user)).disowned.includes(session.id);

  const ruleOf = async (decision: DecisionRecord | null): Promise<Why['rule']> => {
    if (!decision) return null;
    const policy = await ports.policies.byVersion(decision.policy_version);
    const rule = policy?.rules.find((each) => each.id === decision.rule_id);
    return {
      name: decision.rule_name,
      says: rule ? ruleForPeople(rule) : 'This version of the policy is kept no longer.',
      policy_version: decision.policy_version,
    };
  };

  return {
    async 'GET /api/v1/me/risk/what-if'(_input, { caller: { rights } }) {
      const risk = await ports.live.get(rights.id);
      return {
        risk_score: risk?.risk_score ?? null,
        what_ifs: await whatIfsOf(rights.userId, risk),
      };
    },

    async 'GET /api/v1/me/decisions'({ query }, { caller: { rights } }) {
      const { session_id: sessionId, ...page } = query;
      const filter = { hits: true, ...(sessionId ? { sessionId } : {}) };
      const found = await ports.decisions.ofUser(rights.userId, filter, page);
      const ids = [...new Set(found.items.map((each) => each.session_id))];
      const sessions = await Promise.all(ids.map((id) => ports.sessions.byId(id)));
      const labels = new Map(sessions.map((each) => [each?.id, each?.deviceLabel ?? null]));
      return presentPage(found, (each) =>
        presentOwnDecision(each, labels.get(each.session_id) ?? null),
      );
    },

    async 'GET /api/v1/me/alerts'({ query }, { caller: { rights } }) {
      const found = await ports.alerts.list({ userId: rights.userId }, query);
      return presentPage(found, (alert) => alert);
    },

    async 'GET /api/v1/me/why/:kind/:id'({ params: { kind, id } }, { caller: { rights } }) {
      const subject = await subjectOf(rights.userId, kind, id);
      const { decision, alert, session } = subject;
      const live = session && livesIn(session.state) ? await ports.live.get(session.id) : null;
      const risk = (decision && riskOfThen(decision)) ?? live;
      const disowned = await isDisowned(rights.userId, session);
      const appeal = await ports.petitions.newestAbout(rights.userId, `${kind}:${id}`);
      return {
        kind,
        ...whatHappened(kind, subject),
        session: session && presentSession(session),
        decision: decision && presentOwnDecision(decision, session?.deviceLabel ?? null),
        alert,
        rule: await ruleOf(decision),
        risk,
        what_ifs: await whatIfsOf(rights.userId, risk),
        disowned,
        appeal: appeal && presentOwnPetition(appeal),
        may: mayNow(kind, subject, rights, {
          disowned,
          appealed: appeal !== null && appeal.status !== 'withdrawn',
        }),
      };
    },
  };
}

export interface Subject {
  decision: DecisionRecord | null;
  alert: Alert | null;
  session: SessionRecord | null;
}

/** What a session must have suffered to be appealed against. */
export const wasHit = (session: Pick<SessionRecord, 'state'>): boolean =>
  session.state === 'step_up' || session.state === 'restricted' || session.state === 'terminated';

function mayNow(
  kind: Why['kind'],
  { session }: Subject,
  rights: SessionRights,
  { disowned, appealed }: { disowned: boolean; appealed: boolean },
): Why['may'] {
  const lives = session !== null && livesIn(session.state);
  const here = session?.id === rights.id;
  return {
    appeal: !appealed && !disowned && (kind !== 'session' || (session !== null && wasHit(session))),
    prove: lives && here,
    say_me: lives,
    say_not_me: session !== null && !here && !disowned,
  };
}
