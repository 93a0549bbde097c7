// What an appeal is against: found among what belongs to the person, with the evidence of then kept beside it.
import { Fault } from '@verity/protocol/faults';
import type { Petition, PetitionEvidence } from '@verity/protocol/alerts/petition-schemas';
import type { AlertId, DecisionId, SessionId } from '@verity/protocol/ids';
import type { RiskScore } from '@verity/protocol/risk/schemas';
import { targetOf } from '@verity/domain/alerts/petitions';
import type { SessionRecord, SessionRights } from '@verity/domain/identity/ports';
import type { DecisionRecord } from '@verity/domain/policy/ports';
import type { PetitionPorts } from './petition-ports';
import { wasHit } from './why';
import { decidedInWords } from './why-words';

type Ports = Pick<
  PetitionPorts,
  'decisions' | 'alerts' | 'sessions' | 'live' | 'learning' | 'petitions'
>;
type Draft = Pick<
  Petition,
  'kind' | 'session_id' | 'decision_id' | 'alert_id' | 'about' | 'text' | 'days' | 'evidence'
>;

const THIS_SESSION = 'This session';

export interface AppealAsked {
  decision_id?: DecisionId | undefined;
  alert_id?: AlertId | undefined;
  session_id?: SessionId | undefined;
  text: string;
}

/** Throws `not-found` for what is not about the caller, and `conflict` for what is not to be appealed (again). */
export async function draftAppeal(
  ports: Ports,
  rights: SessionRights,
  asked: AppealAsked,
): Promise<Draft> {
  const draft = await draftOf(ports, rights, asked);
  const { disowned } = await ports.learning.termsOf(rights.userId);
  if (draft.session_id && disowned.includes(draft.session_id)) {
    throw new Fault('conflict', 'You have said that this session was not you.', {
      fix: 'Change your password and look through your passkeys; tell an admin in person when it was you after all.',
    });
  }
  const before = await ports.petitions.newestAbout(
    rights.userId,
    targetOf({ ...draft, user_id: rights.userId }),
  );
  if (before && before.status !== 'withdrawn' && before.status !== 'open') {
    throw new Fault('conflict', 'Your appeal against this has been answered.', {
      fix: 'Read the answer; an admin can be asked in person for more.',
    });
  }
  return draft;
}

async function draftOf(
  ports: Ports,
  { userId }: SessionRights,
  { decision_id, alert_id, session_id, text }: AppealAsked,
): Promise<Draft> {
  const bare = { kind: 'appeal', decision_id: null, alert_id: null, text, days: null } as const;
  if (decision_id) {
    const decision = await ports.decisions.byId(decision_id);
    if (decision?.user_id !== userId) throw notYours('decision');
    if (decision.effect === 'allow') throw notHit();
    const about = `${decidedInWords(decision)} (${decision.rule_name})`;
    const evidence = evidenceOf(decision);
    return { ...bare, decision_id, session_id: decision.session_id, about, evidence };
  }
  if (alert_id) {
    const alert = await ports.alerts.byId(alert_id);
    if (!alert || alert.user_id !== userId) throw notYours('alert');
    const evidence = alert.session_id
      ? await evidenceOfSession(ports, userId, alert.session_id)
      : null;
    return { ...bare, alert_id, session_id: alert.session_id, about: alert.title, evidence };
  }
  const session = session_id ? await ports.sessions.byId(session_id) : null;
  if (session?.userId !== userId) throw notYours('session');
  if (!wasHit(session)) throw notHit();
  return {
    ...bare,
    session_id: session.id,
    about: aboutSession(session),
    evidence: await evidenceOfSession(ports, userId, session.id),
  };
}

/** One sentence: the reason speaks of `this session`, and here it has a name. */
function aboutSession(
  session: Pick<SessionRecord, 'deviceLabel' | 'state' | 'stateReason'>,
): string {
  const which = `The session on ${session.deviceLabel}`;
  const reason = session.stateReason ?? session.state;
  return reason.startsWith(THIS_SESSION)
    ? which + reason.slice(THIS_SESSION.length)
    : `${which}: ${reason}`;
}

/** Of the newest decision that kept its evidence, or of the score as it stands. */
async function evidenceOfSession(
  ports: Ports,
  userId: SessionRights['userId'],
  sessionId: SessionId,
): Promise<PetitionEvidence | null> {
  const { items } = await ports.decisions.ofUser(userId, { sessionId, hits: true }, { limit: 1 });
  if (items[0]) return evidenceOf(items[0]);
  const risk = await ports.live.get(sessionId);
  return risk && evidenceOfScore(risk);
}

const evidenceOf = (decision: DecisionRecord): PetitionEvidence => ({
  effect: decision.effect,
  risk_score: decision.risk_score,
  band: decision.band,
  rule_id: decision.rule_id,
  rule_name: decision.rule_name,
  policy_version: decision.policy_version,
  reasons: decision.reasons,
  contributions: decision.contributions ?? [],
  at: decision.at.toISOString(),
});

const evidenceOfScore = (risk: RiskScore): PetitionEvidence => ({
  effect: null,
  risk_score: risk.risk_score,
  band: risk.band,
  rule_id: null,
  rule_name: null,
  policy_version: null,
  reasons: [],
  contributions: risk.contributions,
  at: risk.at,
});

const notYours = (what: string): Fault =>
  new Fault('not-found', `There is no such ${what} about you.`, {
    fix: 'GET /api/v1/me/decisions and GET /api/v1/me/alerts list what there is.',
  });

const notHit = (): Fault =>
  new Fault('conflict', 'It has taken nothing from you: there is nothing to appeal against.', {
    fix: 'Appeal against a step-up, a restriction, a termination, or an alert.',
  });
