// Outcomes: what became of each challenge and termination, read from the same records that the audit log keeps.
import type { AuditRecord } from '@verity/protocol/audit/schemas';
import type { AlertId, DecisionId, SessionId, UserId } from '@verity/protocol/ids';
import type { PolicyOutcome } from '@verity/protocol/policy/outcomes';
import type { DecisionRecord } from './ports';
import type { OutcomeTrackerPorts } from './outcome-ports';

/** What a `session.decision` record tells beside its envelope. */
interface DecisionDetails {
  decision?: string;
  user?: string;
  change?: string;
  effect?: PolicyOutcome['effect'];
  previous_effect?: PolicyOutcome['effect'];
  rule_id?: string;
  rule_name?: string;
  policy_version?: number;
  risk_score?: number;
}

const OPEN_LOOKED_AT = 2_000;

const behind = (name: string, prefix: string): string | null =>
  name.startsWith(`${prefix}:`) ? name.slice(prefix.length + 1) : null;

/** The outcome that a decision begins: rights that were whole are reduced, or a session is ended. Null for any other. */
export function outcomeBegunBy({ at, subject, details }: AuditRecord): PolicyOutcome | null {
  const told = details as DecisionDetails;
  const session = behind(subject, 'session');
  const user = behind(told.user ?? '', 'user');
  const { decision, effect, previous_effect, policy_version } = told;
  if (!session || !user || !decision || !effect || policy_version === undefined) return null;
  if (told.change !== 'effect' || effect === 'allow') return null;
  if (effect !== 'terminate' && previous_effect !== 'allow') return null;
  return begun({
    id: decision,
    session_id: session as SessionId,
    user_id: user as UserId,
    effect,
    rule_id: told.rule_id ?? 'none',
    rule_name: told.rule_name ?? told.rule_id ?? 'none',
    policy_version,
    risk_score: told.risk_score ?? 0,
    resource: null,
    at: new Date(at),
  });
}

/** The outcome that refusing one request begins. */
export const outcomeOfRequest = (decision: DecisionRecord): PolicyOutcome | null =>
  decision.effect === 'allow' || decision.resource === null ? null : begun(decision);

function begun(
  decision: Pick<
    DecisionRecord,
    | 'id'
    | 'session_id'
    | 'user_id'
    | 'effect'
    | 'rule_id'
    | 'rule_name'
    | 'policy_version'
    | 'risk_score'
    | 'resource'
    | 'at'
  >,
): PolicyOutcome {
  const ends = decision.effect === 'terminate';
  const at = decision.at.toISOString();
  return {
    id: decision.id as DecisionId,
    kind: ends ? 'termination' : 'challenge',
    session_id: decision.session_id,
    user_id: decision.user_id,
    rule_id: decision.rule_id,
    rule_name: decision.rule_name,
    policy_version: decision.policy_version,
    effect: decision.effect,
    risk_score: decision.risk_score,
    resource: decision.resource,
    at,
    outcome: ends ? 'terminated' : 'open',
    settled_at: ends ? at : null,
    wrong_proofs: 0,
    said: null,
    seconds_to_stop: null,
  };
}

/**
 * Takes what happened, in its order, into the record of outcomes. Taking it twice changes nothing. `progress` is told
 * how many records are done.
 */
export async function trackOutcomes(
  records: readonly AuditRecord[],
  tools: OutcomeTrackerPorts,
  signal: AbortSignal,
  progress: (done: number) => void = () => undefined,
): Promise<void> {
  for (const [index, record] of records.entries()) {
    signal.throwIfAborted();
    await track(record, tools);
    progress(index + 1);
  }
}

async function track(record: AuditRecord, tools: OutcomeTrackerPorts): Promise<void> {
  const { outcomes } = tools;
  const { action, details } = record;
  const at = new Date(record.at);
  const session = behind(record.subject, 'session') as SessionId | null;
  switch (action) {
    case 'session.decision': {
      const begins = outcomeBegunBy(record);
      if (begins?.kind === 'termination')
        await outcomes.settle(begins.session_id, 'terminated', at);
      if (begins) await outcomes.begin(begins, { unlessOpen: begins.kind === 'challenge' });
      else if (session && details['effect'] === 'allow' && details['change'] === 'effect') {
        await outcomes.settle(session, 'eased', at);
      }
      return;
    }
    case 'auth.step_up':
      if (session) await outcomes.settle(session, 'passed', at);
      return;
    case 'auth.step_up_failed':
      if (session) await outcomes.countWrongProof(session, record.id, at);
      return;
    case 'session.terminated':
      if (!session) return;
      await outcomes.settle(session, 'terminated', at);
      await noteTimeToStop(session, at, tools);
      return;
    case 'auth.logout':
      if (session) await outcomes.settle(session, 'session_ended', at);
      return;
    case 'verdict.given':
      if (!session) return;
      await outcomes.say(
        { session, decision: null },
        details['verdict'] === 'me' ? 'owner' : 'stranger',
        at,
      );
      return;
    case 'petition.answered': {
      if (details['outcome'] !== 'overturned' || typeof details['session'] !== 'string') return;
      const decision = typeof details['decision'] === 'string' ? details['decision'] : null;
      await outcomes.say({ session: details['session'] as SessionId, decision }, 'owner', at);
      return;
    }
    case 'alert.changed': {
      const alert = behind(record.subject, 'alert') as AlertId | null;
      if (!alert || details['status'] !== 'false_positive') return;
      const about = await tools.sessionOfAlert(alert);
      if (about) await outcomes.say({ session: about, decision: null }, 'owner', at);
      return;
    }
    default:
  }
}

async function noteTimeToStop(
  session: SessionId,
  stoppedAt: Date,
  tools: OutcomeTrackerPorts,
): Promise<void> {
  const stands = await tools.judged.standing(session);
  const high = await tools.highSince(session, stands?.stepUpAt ?? null, stoppedAt);
  if (!high) return;
  const seconds = Math.max(0, (stoppedAt.getTime() - high.getTime()) / 1000);
  await tools.outcomes.noteTimeToStop(session, stoppedAt, seconds);
}

/**
 * Settles open challenges whose session has ended without a word, by expiry or a crash: no proof came. Answers how many
 * were settled.
 */
export async function settleAbandoned(
  tools: Pick<OutcomeTrackerPorts, 'outcomes' | 'judged'>,
  signal: AbortSignal,
  progress: (done: number, total: number) => void = () => undefined,
): Promise<number> {
  const open = await tools.outcomes.open(OPEN_LOOKED_AT);
  let settled = 0;
  for (const [index, { session_id, at }] of open.entries()) {
    signal.throwIfAborted();
    const stands = await tools.judged.standing(session_id);
    const proved = stands?.stepUpAt && stands.stepUpAt.getTime() >= Date.parse(at);
    if (proved) await tools.outcomes.settle(session_id, 'passed', stands.stepUpAt as Date);
    else if (!stands?.lives) {
      await tools.outcomes.settle(session_id, 'session_ended', stands?.endedAt ?? new Date(at));
    }
    if (proved || !stands?.lives) settled += 1;
    progress(index + 1, open.length);
  }
  return settled;
}
