// Asks the decision point about one request: the session's rights, its newest score, and what is asked for.
import { decide } from '@verity/domain/policy/decide';
import { askedOf } from '@verity/domain/policy/resource-of';
import type { SessionRights } from '@verity/domain/identity/ports';
import type { Clock } from '@verity/domain/kernel/ports';
import type { LiveRisk } from '@verity/domain/risk/ports';
import type { Policy } from '@verity/protocol/policy/schemas';
import type { AskedRoute, RequestDecision } from '../http/ports';
import { factsOf } from '../pipeline/facts-of';

export const decideRequest =
  (needs: { policy(): Policy; liveRisk: LiveRisk; clock: Clock }) =>
  async (
    rights: SessionRights,
    { method, path, sensitivity }: AskedRoute,
  ): Promise<RequestDecision> => {
    const policy = needs.policy();
    const resource = askedOf(policy, { host: null, method, path }, sensitivity);
    const risk = await needs.liveRisk.get(rights.id);
    const { effect, reasons } = decide(
      policy,
      factsOf(rights, risk, resource),
      null,
      needs.clock(),
    );
    return { effect, reasons };
  };
