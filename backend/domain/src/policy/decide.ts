// The decision point (NIST SP 800-207, PDP): one pure function for sessions and for requests.
import type { Contribution, Source } from '@verity/protocol/risk/schemas';
import type { Role } from '@verity/protocol/identity/schemas';
import {
  EFFECTS,
  type Condition,
  type Effect,
  type PolicyDraft,
  type Rule,
  type Sensitivity,
} from '@verity/protocol/policy/schemas';
import { DEFAULT_SIGNAL_WEIGHT } from '@verity/protocol/policy/words';

/** What the decision is about. Without `resource` it is about the session as a whole. */
export interface Facts {
  riskScore: number;
  role: Role;
  /** Ids of the groups that the person belongs to. */
  groups: readonly string[];
  deviceTrusted: boolean;
  totpEnrolled: boolean;
  passkeyEnrolled: boolean;
  /** When the person last proved who they are in this session, beyond signing in. */
  lastStepUpAt: Date | null;
  contributions: readonly Pick<Contribution, 'source' | 'log_odds' | 'value'>[];
  /** What a request asks for; `id` when it is a resource that the policy names. */
  resource?: { id?: string; sensitivity: Sensitivity };
}

/** A rule in report-only mode that held where it could have decided. */
export interface Reported {
  ruleId: string;
  ruleName: string;
  effect: Rule['effect'];
}

/** What the decision before left behind. JSON. */
export interface DecisionState {
  effect: Effect;
  ruleId: string;
  ruleName: string;
  /** Epoch ms since when this effect stands. */
  since: number;
  /** The `risk_at_least` of the rule that caused it; null when risk was no part of it. */
  floor: number | null;
  /** Epoch ms since when the score has been below the floor by the margin; null when it is not. */
  calmSince: number | null;
}

export interface PolicyDecision {
  effect: Effect;
  ruleId: string;
  ruleName: string;
  /** Ids of the `notify` rules that hold. */
  notify: string[];
  /** Rules in report-only mode that would have decided, each by itself, in their order. Nothing of it is enforced. */
  would: Reported[];
  /** What speaks for a stranger, strongest first. */
  reasons: string[];
  /** When a stricter effect of before would end if the score stays calm; null when nothing is held. */
  holdUntil: Date | null;
  /** To be passed in as `previous` the next time. A decision about a resource leaves it as it was. */
  state: DecisionState;
}

const STRICTNESS = Object.fromEntries(EFFECTS.map((effect, i) => [effect, i])) as Record<
  Effect,
  number
>;

/** Positive when `a` is stricter than `b`. */
export const compareEffects = (a: Effect, b: Effect): number => STRICTNESS[a] - STRICTNESS[b];

/** What a decision says beside its effect. */
type Said = Pick<PolicyDecision, 'notify' | 'would' | 'reasons'>;

const MOST_REASONS = 5;

/** Whether every part of the condition that is present holds. `challengedSince` is in epoch ms; null when nothing is asked. */
export function holds(
  when: Condition,
  facts: Facts,
  challengedSince: number | null,
  now: Date,
): boolean {
  if (when.risk_at_least !== undefined && !(facts.riskScore >= when.risk_at_least)) return false;
  if (when.risk_below !== undefined && !(facts.riskScore < when.risk_below)) return false;
  if (when.roles && !when.roles.includes(facts.role)) return false;
  if (when.groups && !when.groups.some((group) => facts.groups.includes(group))) return false;
  if (when.device_trusted !== undefined && when.device_trusted !== facts.deviceTrusted)
    return false;
  if (when.totp_enrolled !== undefined && when.totp_enrolled !== facts.totpEnrolled) return false;
  if (when.strong_proof_enrolled !== undefined) {
    if (when.strong_proof_enrolled !== (facts.totpEnrolled || facts.passkeyEnrolled)) return false;
  }
  if (when.signals && !signalled(facts, when.signals, when.signal_weight)) return false;
  if (
    when.sensitivity &&
    !(facts.resource && when.sensitivity.includes(facts.resource.sensitivity))
  ) {
    return false;
  }
  if (when.resources && !(facts.resource?.id && when.resources.includes(facts.resource.id))) {
    return false;
  }
  if (when.no_step_up_within !== undefined && facts.lastStepUpAt) {
    const age = now.getTime() - facts.lastStepUpAt.getTime();
    if (age <= when.no_step_up_within * 1000) return false;
  }
  if (when.challenged_for_seconds !== undefined) {
    if (challengedSince === null) return false;
    if (now.getTime() - challengedSince < when.challenged_for_seconds * 1000) return false;
  }
  return true;
}

const signalled = (
  facts: Facts,
  sources: readonly Source[],
  weight = DEFAULT_SIGNAL_WEIGHT,
): boolean =>
  facts.contributions.some(
    ({ source, log_odds }) => log_odds >= weight && sources.includes(source),
  );

/**
 * Decides by the first rule that fits; rules in report-only mode are passed over and told of. Escalation is immediate. De-escalation waits until the score has been below what
 * caused the effect, by the margin, for `hold_seconds`, or until the person has proved who they are since. A terminated
 * session stays terminated. A policy in which no rule fits refuses (fails closed).
 */
export function decide(
  policy: PolicyDraft,
  facts: Facts,
  previous: DecisionState | null,
  now: Date,
): PolicyDecision {
  const said: Said = { notify: [], would: [], reasons: reasonsOf(facts) };
  const challengedSince = challenged(previous) ? previous.since : null;
  let fitting: Rule | null = null;
  for (const rule of policy.rules) {
    if (!holds(rule.when, facts, challengedSince, now)) continue;
    if (rule.report_only) {
      said.would.push({ ruleId: rule.id, ruleName: rule.name, effect: rule.effect });
    } else if (rule.effect === 'notify') {
      said.notify.push(rule.id);
    } else {
      fitting = rule;
      break;
    }
  }
  const fresh = begun(fitting, now);
  if (facts.resource) {
    const standing =
      previous && compareEffects(previous.effect, fresh.effect) > 0 ? previous : fresh;
    return outcome(standing, previous ?? begun(null, now, 'allow'), said, null);
  }
  if (!previous) return outcome(fresh, fresh, said, null);

  const change = compareEffects(fresh.effect, previous.effect);
  if (change > 0) return outcome(fresh, fresh, said, null);
  if (change === 0) {
    const same = { ...fresh, since: previous.since };
    return outcome(same, same, said, null);
  }
  if (previous.effect !== 'terminate' && mayEase(previous, facts, policy, now)) {
    return outcome(fresh, fresh, said, null);
  }
  const held = { ...previous, calmSince: calmSince(previous, facts, policy, now) };
  const holdUntil =
    held.calmSince === null || held.effect === 'terminate'
      ? null
      : new Date(held.calmSince + policy.hysteresis.hold_seconds * 1000);
  return outcome(held, held, said, holdUntil);
}

const challenged = (previous: DecisionState | null): previous is DecisionState =>
  previous?.effect === 'step_up' || previous?.effect === 'restrict';

function begun(rule: Rule | null, now: Date, otherwise: Effect = 'restrict'): DecisionState {
  return {
    effect: rule && rule.effect !== 'notify' ? rule.effect : otherwise,
    ruleId: rule?.id ?? 'none',
    ruleName: rule?.name ?? 'No rule of the policy fits',
    since: now.getTime(),
    floor: rule?.when.risk_at_least ?? null,
    calmSince: null,
  };
}

const outcome = (
  standing: DecisionState,
  state: DecisionState,
  said: Said,
  holdUntil: Date | null,
): PolicyDecision => ({
  effect: standing.effect,
  ruleId: standing.ruleId,
  ruleName: standing.ruleName,
  ...said,
  holdUntil,
  state,
});

function calmSince(
  previous: DecisionState,
  facts: Facts,
  { hysteresis }: PolicyDraft,
  now: Date,
): number | null {
  if (previous.floor === null) return previous.calmSince ?? now.getTime();
  if (!(facts.riskScore < previous.floor - hysteresis.margin)) return null;
  return previous.calmSince ?? now.getTime();
}

function mayEase(previous: DecisionState, facts: Facts, policy: PolicyDraft, now: Date): boolean {
  if (facts.lastStepUpAt && facts.lastStepUpAt.getTime() >= previous.since) return true;
  if (previous.floor === null) return true;
  const calm = calmSince(previous, facts, policy, now);
  return calm !== null && now.getTime() - calm >= policy.hysteresis.hold_seconds * 1000;
}

const reasonsOf = ({ contributions }: Facts): string[] =>
  contributions
    .filter(({ source, log_odds }) => source !== 'prior' && log_odds > 0.05)
    .sort((a, b) => b.log_odds - a.log_odds)
    .slice(0, MOST_REASONS)
    .map(({ value }) => value);
