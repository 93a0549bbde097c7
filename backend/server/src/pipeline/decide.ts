// Decides: every score meets the policy in force. What is new is published; what stays the same, once a minute.
import type { Delivered, Outgoing } from '@verity/domain/bus/ports';
import type { SessionRights } from '@verity/domain/identity/ports';
import type { Clock, NewId } from '@verity/domain/kernel/ports';
import { decide, type DecisionState, type PolicyDecision } from '@verity/domain/policy/decide';
import { wouldOf } from '@verity/domain/policy/would';
import { riskCrossing } from '@verity/domain/alerts/reports';
import type { AuditRecord } from '@verity/protocol/audit/schemas';
import type { AuditRecordId, MessageId, SessionId } from '@verity/protocol/ids';
import type { DecisionMessage } from '@verity/protocol/policy/messages';
import { conditionInWords } from '@verity/protocol/policy/words';
import type { RiskMessage } from '@verity/protocol/risk/messages';
import type { Band } from '@verity/protocol/risk/schemas';
import { factsOf, type JudgedRights } from './facts-of';
import type { StandingPolicy } from './policy-in-force';
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
  /** What the version on trial left behind, while there is one. */
  trial?: { version: number; decision: DecisionState };
  /** Who reported what, in one line; empty when nobody did. */
  would: string;
  /** Epoch ms of the last decision that was published. */
  publishedAt: number;
}

export interface DecideNeeds {
  state: StageState;
  /** Null when the session no longer lives. */
  rightsNow(id: SessionId): Promise<SessionRights | null>;
  policy(): StandingPolicy;
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
      for (const { payload: risk, traceparent } of risks) {
        const trace = traceparent ? { traceparent } : {};
        const session = rightsOf.get(risk.session_id);
        // What has ended is decided.
        if (!session) continue;
        const before = memory.get(risk.session_id);
        const { decision, remembered, message } = decideSession(policy, risk, session, before, now);
        if (!same(before, remembered)) memory.set(risk.session_id, remembered);
        if (message) {
          // Known before it is published: the audit record names the decision that it proves.
          const messageId = needs.newId<MessageId>();
          publish.push(
            {
              stream: 'stream:ai_decisions',
              payload: message,
              messageId,
              priority: priorityOf(message),
              ...trace,
            },
            {
              stream: 'stream:forensics',
              payload: auditOf(message, risk, decision, {
                id: needs.newId<AuditRecordId>(),
                decision: messageId,
              }),
              ...trace,
            },
          );
        }
        const alert = riskCrossing({
          before: before?.band ?? null,
          now: risk,
          userEmail: session.userEmail,
        });
        if (alert) publish.push({ stream: 'stream:alerts', payload: alert, priority: 2, ...trace });
      }
      return { publish, state: memory.effects() };
    },
  });
}

/** One decision: what it is, what to remember of it, and what to say when there is something to say. */
export function decideSession(
  { current: policy, trial }: StandingPolicy,
  risk: RiskMessage,
  session: JudgedRights,
  before: Remembered | null,
  now: Date,
): { decision: PolicyDecision; remembered: Remembered; message: DecisionMessage | null } {
  const facts = factsOf(session, risk);
  const decision = decide(policy, facts, before?.decision ?? null, now);
  // The version on trial keeps a state of its own: it goes its own way from the first session on.
  const trialBefore = before?.trial?.version === trial?.version ? before?.trial?.decision : null;
  const tried = trial && {
    version: trial.version,
    decision: decide(trial, facts, trialBefore ?? null, now),
  };
  const would = wouldOf({ version: policy.version, decision }, tried);
  const reported = would.map((each) => `${each.policy_version} ${each.rule_id}`).join();
  const rule = policy.rules.find(({ id }) => id === decision.ruleId);
  const previous = before?.decision.effect ?? 'allow';
  const change = changeOf(decision, previous, risk.band, policy.version, reported, before, now);
  return {
    decision,
    remembered: {
      decision: decision.state,
      band: risk.band,
      policyVersion: policy.version,
      ...(tried ? { trial: { version: tried.version, decision: tried.decision.state } } : {}),
      would: reported,
      publishedAt: change ? now.getTime() : (before?.publishedAt ?? now.getTime()),
    },
    message: change && {
      kind: 'policy',
      change,
      session_id: risk.session_id,
      user_id: risk.user_id,
      effect: decision.effect,
      previous_effect: previous,
      previous_band: before?.band ?? null,
      rule_id: decision.ruleId,
      rule_name: decision.ruleName,
      rule_condition: rule ? conditionInWords(rule.when) : '',
      policy_version: policy.version,
      risk_score: risk.risk_score,
      band: risk.band,
      reasons: decision.reasons,
      // An unchanged decision rests on what the one before said.
      ...(change === 'summary'
        ? {}
        : { contributions: risk.contributions, model_state: risk.model_state }),
      notify: decision.notify,
      would,
      resource: null,
      at: now.toISOString(),
    },
  };
}

function changeOf(
  { effect }: PolicyDecision,
  previous: DecisionMessage['effect'],
  band: Band,
  version: number,
  reported: string,
  before: Remembered | null,
  now: Date,
): DecisionMessage['change'] | null {
  if (effect !== previous) return 'effect';
  if (!before || before.policyVersion !== version) return 'policy';
  if (before.band !== band) return 'band';
  if ((before.would ?? '') !== reported) return 'report';
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
  a.would === b.would &&
  a.trial?.version === b.trial?.version &&
  (!a.trial || !b.trial || sameState(a.trial.decision, b.trial.decision)) &&
  sameState(a.decision, b.decision);

const sameState = (a: DecisionState, b: DecisionState): boolean =>
  (Object.keys(b) as (keyof DecisionState)[]).every((key) => a[key] === b[key]);

/** The decision as it is proven later: with the evidence that made it, and the rule and version that judged it. */
function auditOf(
  message: DecisionMessage,
  risk: RiskMessage,
  decision: PolicyDecision,
  ids: { id: AuditRecordId; decision: MessageId },
): AuditRecord {
  return {
    id: ids.id,
    at: message.at,
    actor: 'system:policy',
    action: message.change === 'summary' ? 'session.summary' : 'session.decision',
    subject: `session:${message.session_id}`,
    outcome: 'success',
    address: null,
    details: {
      decision: ids.decision,
      user: `user:${message.user_id}`,
      change: message.change,
      effect: message.effect,
      previous_effect: message.previous_effect,
      rule_id: message.rule_id,
      rule_name: message.rule_name,
      policy_version: message.policy_version,
      would: message.would,
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
