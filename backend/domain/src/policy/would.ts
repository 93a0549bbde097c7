// What would have been decided: by rules in report-only mode, and by a version on trial where it differs.
import type { Would } from '@verity/protocol/policy/schemas';
import type { PolicyDecision } from './decide';

interface Judged {
  version: number;
  decision: PolicyDecision;
}

/** Of the version on trial only what differs: what it agrees on is what was decided. */
export function wouldOf({ version, decision }: Judged, trial: Judged | null): Would[] {
  const reported = decision.would.map(({ ruleId, ruleName, effect }) => ({
    policy_version: version,
    rule_id: ruleId,
    rule_name: ruleName,
    effect,
  }));
  if (!trial || trial.decision.effect === decision.effect) return reported;
  const { ruleId, ruleName, effect } = trial.decision;
  return [
    ...reported,
    { policy_version: trial.version, rule_id: ruleId, rule_name: ruleName, effect },
  ];
}
