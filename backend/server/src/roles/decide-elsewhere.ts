// Asks the decision point about a request to an application or a protected site: the policy's resources decide how
// sensitive it is, and the newest score of the session how it stands.
import { decide } from '@verity/domain/policy/decide';
import { askedOf } from '@verity/domain/policy/resource-of';
import type { SessionRights } from '@verity/domain/identity/ports';
import type { Clock } from '@verity/domain/kernel/ports';
import type { LiveRisk } from '@verity/domain/risk/ports';
import type { Policy } from '@verity/protocol/policy/schemas';
import type { AskedElsewhere, RequestVerdict } from '../http/ports';
import { factsOf } from '../pipeline/facts-of';

export const decideElsewhere =
  (needs: { policy(): Policy; liveRisk: LiveRisk; clock: Clock }) =>
  async (
    rights: SessionRights,
    { host, method, path, sensitivity }: AskedElsewhere,
  ): Promise<RequestVerdict> => {
    const policy = needs.policy();
    const resource = askedOf(policy, { host, method, path }, sensitivity);
    const risk = await needs.liveRisk.get(rights.id);
    const { effect, reasons, ruleId, ruleName } = decide(
      policy,
      factsOf(rights, risk, resource),
      null,
      needs.clock(),
    );
    return {
      effect,
      reasons,
      ruleId,
      ruleName,
      policyVersion: policy.version,
      sensitivity: resource.sensitivity,
      riskScore: risk?.risk_score ?? 0,
      band: risk?.band ?? 'low',
    };
  };
