// Asks the decision point about one request, to the platform or elsewhere: the session's rights, the score in context, and
// the policy's resources, which decide how sensitive it is.
import { decide } from '@verity/domain/policy/decide';
import type { StandingPolicy } from '@verity/domain/policy/ports';
import { askedOf } from '@verity/domain/policy/resource-of';
import { wouldOf } from '@verity/domain/policy/would';
import type { SessionRights } from '@verity/domain/identity/ports';
import type { Clock } from '@verity/domain/kernel/ports';
import type { RequestScore } from '@verity/domain/risk/request-context';
import { conditionInWords } from '@verity/protocol/policy/words';
import type { Asked, RequestVerdict } from '../http/ports';
import { factsOf } from '../pipeline/facts-of';
import type { RequestNotes } from '../pipeline/request-notes';

export const decideRequest =
  (needs: { standing(): StandingPolicy; notes: Pick<RequestNotes, 'note'>; clock: Clock }) =>
  (
    rights: SessionRights,
    { host, method, path, sensitivity }: Asked,
    scored: RequestScore,
  ): RequestVerdict => {
    const { current, trial } = needs.standing();
    const now = needs.clock();
    const risk = { risk_score: scored.score, contributions: scored.contributions };
    const judge = (policy: StandingPolicy['current']) => {
      const asked = askedOf(policy, { host, method, path }, sensitivity);
      return {
        asked,
        version: policy.version,
        decision: decide(policy, factsOf(rights, risk, asked), null, now),
      };
    };
    const { asked, decision } = judge(current);
    const would = wouldOf({ version: current.version, decision }, trial && judge(trial));
    if (decision.effect !== 'allow' || would.length > 0) {
      const rule = current.rules.find(({ id }) => id === decision.ruleId);
      needs.notes.note({
        session_id: rights.id,
        user_id: rights.userId,
        effect: decision.effect,
        previous_effect: decision.effect,
        rule_id: decision.ruleId,
        rule_name: decision.ruleName,
        rule_condition: rule ? conditionInWords(rule.when) : '',
        policy_version: current.version,
        risk_score: scored.score,
        band: scored.band,
        reasons: decision.reasons,
        would,
        resource: asked.id ?? `${host ? `${host}, ` : ''}${asked.sensitivity} sensitivity`,
        at: now,
      });
    }
    const known = scored.sessionScore !== null || scored.observations.length > 0;
    return {
      effect: decision.effect,
      reasons: decision.reasons,
      ruleId: decision.ruleId,
      ruleName: decision.ruleName,
      policyVersion: current.version,
      sensitivity: asked.sensitivity,
      risk: known ? { score: scored.score, band: scored.band } : null,
    };
  };
