// Asks the decision point about one request: the session's rights, its newest score, the sensitivity of the resource.
import { decide } from '@verity/domain/policy/decide';
import type { SessionRights } from '@verity/domain/identity/ports';
import type { Clock } from '@verity/domain/kernel/ports';
import type { LiveRisk } from '@verity/domain/risk/ports';
import type { Policy } from '@verity/protocol/policy/schemas';
import type { Sensitivity } from '@verity/protocol/route';
import type { RequestDecision } from '../http/ports';

export const decideRequest =
  (needs: { policy(): Policy; liveRisk: LiveRisk; clock: Clock }) =>
  async (rights: SessionRights, sensitivity: Sensitivity): Promise<RequestDecision> => {
    const risk = await needs.liveRisk.get(rights.id);
    const { effect, reasons } = decide(
      needs.policy(),
      {
        riskScore: risk?.risk_score ?? 0,
        role: rights.role,
        deviceTrusted: rights.deviceTrusted,
        totpEnrolled: rights.totpEnrolled,
        lastStepUpAt: rights.stepUpAt === null ? null : new Date(rights.stepUpAt),
        contributions: risk?.contributions ?? [],
        resource: { sensitivity },
      },
      null,
      needs.clock(),
    );
    return { effect, reasons };
  };
