// "This was me" and "this was not me": what a person says of a session of theirs, and what follows from it.
import type { Alerts } from '@verity/domain/alerts/ports';
import { userReport } from '@verity/domain/alerts/reports';
import type { Bus } from '@verity/domain/bus/ports';
import type { Journal } from '@verity/domain/audit/ports';
import type { Clock } from '@verity/domain/kernel/ports';
import type { SessionRecord, SessionRights, Sessions } from '@verity/domain/identity/ports';
import type { SessionLife } from '@verity/domain/identity/session-life';
import { livesIn } from '@verity/domain/identity/session-rights';
import { verdictSignal } from '@verity/domain/risk/signals';
import type { Learning } from '@verity/domain/risk/learning';
import { Fault } from '@verity/protocol/faults';
import type { Verdict } from '@verity/protocol/identity/schemas';
import type { AlertId, SessionId } from '@verity/protocol/ids';
import { isFresh, proofNeeded } from './fresh-proof';
import { finding } from './sign-in-signals';

export interface VerdictPorts {
  alerts: Pick<Alerts, 'byId'>;
  sessions: Pick<Sessions, 'byId'>;
  learning: Pick<Learning, 'forgetSession'>;
  life: Pick<SessionLife, 'end'>;
  bus: Pick<Bus, 'publish'>;
  journal: Journal;
  clock: Clock;
}

export interface Said {
  session_id?: SessionId | undefined;
  alert_id?: AlertId | undefined;
  verdict: Verdict;
}

/** The session that is spoken of. Throws `not-found` unless it is the caller's own. */
async function sessionMeant(
  ports: VerdictPorts,
  rights: SessionRights,
  said: Said,
): Promise<SessionRecord> {
  const alert = said.alert_id ? await ports.alerts.byId(said.alert_id) : null;
  const id = said.session_id ?? (alert?.user_id === rights.userId ? alert.session_id : null);
  const session = id ? await ports.sessions.byId(id) : null;
  if (session?.userId === rights.userId) return session;
  throw new Fault('not-found', 'There is no such session of yours.');
}

export async function giveVerdict(
  ports: VerdictPorts,
  rights: SessionRights,
  address: string,
  said: Said,
): Promise<void> {
  const session = await sessionMeant(ports, rights, said);
  const at = ports.clock();
  if (said.verdict === 'me') mustBeProved(rights, session, at);
  await ports.journal.record({
    actor: `user:${rights.userId}`,
    action: 'verdict.given',
    subject: `session:${session.id}`,
    outcome: 'success',
    address,
    details: { verdict: said.verdict, alert: said.alert_id ?? null },
  });
  if (said.verdict === 'me') {
    if (!livesIn(session.state)) return;
    const observations = [verdictSignal('me', 'user')];
    await ports.bus.publish('stream:findings', finding(session, 'verdict', observations, at));
    return;
  }
  await ports.life.end(session.id, {
    state: 'terminated',
    reason: 'You said that this was not you.',
    by: `user:${rights.userId}`,
    address,
  });
  // What a stranger typed must not teach the model of the owner.
  await ports.learning.forgetSession(session.userId, session);
  const report = userReport({
    sessionId: session.id,
    userId: session.userId,
    userEmail: session.userEmail,
    riskScore: session.riskScore,
    at,
  });
  await ports.bus.publish('stream:alerts', report, { priority: 1 });
}

/** A session cannot vouch for itself, nor one that is under suspicion for another, without fresh proof. */
function mustBeProved(rights: SessionRights, session: SessionRecord, at: Date): void {
  const vouchesForAnother = rights.id !== session.id && rights.state === 'active';
  if (isFresh(rights, at) || vouchesForAnother) return;
  throw proofNeeded(rights, 'vouch for this session');
}
