// Decides: every score meets the policy in force. What is new is published; what stays the same, once a minute.
import type { Delivered, Outgoing } from '@verity/domain/bus/ports';
import type { SessionRights } from '@verity/domain/identity/ports';
import type { Clock, NewId } from '@verity/domain/kernel/ports';
import { decide, type DecisionState, type PolicyDecision } from '@verity/domain/policy/decide';
import { riskCrossing } from '@verity/domain/alerts/reports';
import type { AuditRecord } from '@verity/protocol/audit/schemas';
import type { AuditRecordId, SessionId } from '@verity/protocol/ids';
import type { DecisionMessage } from '@verity/protocol/policy/messages';
import type { Policy } from '@verity/protocol/policy/schemas';
import type { RiskMessage } from '@verity/protocol/risk/messages';
import type { Band } from '@verity/protocol/risk/schemas';
import type { StageState } from './ports';
import { SessionMemory } from './session-memory';
import { stage } from './stage';

/** An unchanged decision is on record once in so long. */
const SUMMARY_MS = 60_000;

/** What is remembered of a session's last decision. */
export interface Remembered {
  decision: DecisionState;
  band: Band;
  policyVersion: number;
  /** Epoch ms of the last decision that was published. */
  publishedAt: number;
}

export interface DecideNeeds {
  state: StageState;
  /** Null when the session no longer lives. */
  rightsNow(id: SessionId): Promise<SessionRights | null>;
  policy(): Policy;
  clock: Clock;
  newId: NewId;
  stateTtlSeconds: number;
  sessionsInMemory: number;
}

type Written = 'stream:ai_decisions' | 'stream:alerts' | 'stream:forensics';

export function decideStage(needs: DecideNeeds) {
  const memory = new SessionMemory<Remembered>({
    state: needs.state,
    key: (session) => `decision:${session}`,
    parse: (json) => JSON.parse(json) as Remembered,
    serialise: (remembered) => JSON.stringify(remembered),
    limit: needs.sessionsInMemory,
    ttlSeconds: needs.stateTtlSeconds,
  });

  return stage({
    name: 'decide',
    stream: 'stream:risk',
    group: 'group:decide',
    writes: ['stream:ai_decisions', 'stream:alerts', 'stream:forensics'],
    ordered: true,
    async handle(risks: Delivered<'stream:risk'>[], signal) {
      const sessions = [...new Set(risks.map(({ payload }) => payload.session_id))];
      const [rights] = await Promise.all([
        Promise.all(sessions.map((session) => needs.rightsNow(session))),
        memory.begin(risks, sessions, signal),
      ]);
      const rightsOf = new Map(sessions.map((session, index) => [session, rights[index]]));
      const policy = needs.policy();
      const now = needs.clock();
      const publish: Outgoing<Written>[] = [];
      for (const { payload: risk } of risks) {
        const session = rightsOf.get(risk.session_id);
        // What has ended is decided.
        if (!session) continue;
        const before = memory.get(risk.session_id);
        const { decision, remembered, message } = decideSession(policy, risk, session, before, now);
        if (!same(before, remembered)) memory.set(risk.session_id, remembered);
        if (message) {
          publish.push(
            { stream: 'stream:ai_decisions', payload: message, priority: priorityOf(message) },
            {
              stream: 'stream:forensics',
              payload: auditOf(message, risk, decision, needs.newId<AuditRecordId>()),
            },
          );
        }
        const alert = riskCrossing({
          before: before?.band ?? 'low',
          now: risk,
          userEmail: session.userEmail,
        });
        if (alert) publish.push({ stream: 'stream:alerts', payload: alert, priority: 2 });
      }
      return { publish, state: memory.effects() };
    },
  });
}

/** One decision: what it is, what to remember of it, and what to say when there is something to say. */
export function decideSession(
  policy: Policy,
  risk: RiskMessage,
  session: Pick<SessionRights, 'role' | 'deviceTrusted' | 'totpEnrolled' | 'stepUpAt'>,
  before: Remembered | null,
  now: Date,
): { decision: PolicyDecision; remembered: Remembered; message: DecisionMessage | null } {
  const decision = decide(
    policy,
    {
      riskScore: risk.risk_score,
      role: session.role,
      deviceTrusted: session.deviceTrusted,
      totpEnrolled: session.totpEnrolled,
      lastStepUpAt: session.stepUpAt === null ? null : new Date(session.stepUpAt),
      contributions: risk.contributions,
    },
    before?.decision ?? null,
    now,
  );
  const previous = before?.decision.effect ?? 'allow';
  const change = changeOf(decision, previous, risk.band, policy.version, before, now);
  return {
    decision,
    remembered: {
      decision: decision.state,
      band: risk.band,
      policyVersion: policy.version,
      publishedAt: change ? now.getTime() : (before?.publishedAt ?? now.getTime()),
    },
    message: change && {
      kind: 'policy',
      change,
      session_id: risk.session_id,
      user_id: risk.user_id,
      effect: decision.effect,
      previous_effect: previous,
      rule_id: decision.ruleId,
      rule_name: decision.ruleName,
      policy_version: policy.version,
      risk_score: risk.risk_score,
      band: risk.band,
      reasons: decision.reasons,
      notify: decision.notify,
      at: now.toISOString(),
    },
  };
}

function changeOf(
  { effect }: PolicyDecision,
  previous: DecisionMessage['effect'],
  band: Band,
  version: number,
  before: Remembered | null,
  now: Date,
): DecisionMessage['change'] | null {
  if (effect !== previous) return 'effect';
  if (!before || before.policyVersion !== version) return 'policy';
  if (before.band !== band) return 'band';
  return now.getTime() - before.publishedAt >= SUMMARY_MS ? 'summary' : null;
}

/** What takes rights away goes first. */
const priorityOf = ({ change, effect }: DecisionMessage): 1 | 3 =>
  change === 'effect' && effect !== 'allow' ? 1 : 3;

const same = (a: Remembered | null, b: Remembered): boolean =>
  a !== null &&
  a.band === b.band &&
  a.policyVersion === b.policyVersion &&
  a.publishedAt === b.publishedAt &&
  sameState(a.decision, b.decision);

const sameState = (a: DecisionState, b: DecisionState): boolean =>
  (Object.keys(b) as (keyof DecisionState)[]).every((key) => a[key] === b[key]);

/** The decision as it is proven later: with the evidence that made it, and the rule and version that judged it. */
function auditOf(
  message: DecisionMessage,
  risk: RiskMessage,
  decision: PolicyDecision,
  id: AuditRecordId,
): AuditRecord {
  return {
    id,
    at: message.at,
    actor: 'system:policy',
    action: message.change === 'summary' ? 'session.summary' : 'session.decision',
    subject: `session:${message.session_id}`,
    outcome: 'success',
    address: null,
    details: {
      user: `user:${message.user_id}`,
      change: message.change,
      effect: message.effect,
      previous_effect: message.previous_effect,
      rule_id: message.rule_id,
      policy_version: message.policy_version,
      risk_score: risk.risk_score,
      log_odds: risk.log_odds,
      band: risk.band,
      contributions: risk.contributions.map(({ source, log_odds, value }) => ({
        source,
        log_odds,
        value,
      })),
      hold_until: decision.holdUntil?.toISOString() ?? null,
    },
  };
}
