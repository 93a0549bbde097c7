// Asks the decision point about one request: the session's rights, the score in context, and what is asked for.
import { decide, type PolicyDecision } from '@verity/domain/policy/decide';
import { askedOf } from '@verity/domain/policy/resource-of';
import type { SessionRights } from '@verity/domain/identity/ports';
import type { Clock } from '@verity/domain/kernel/ports';
import type { RequestScore } from '@verity/domain/risk/request-context';
import type { Policy } from '@verity/protocol/policy/schemas';
import type { AskedRoute } from '../http/ports';
import { factsOf } from '../pipeline/facts-of';

export const decideRequest =
  (needs: { policy(): Policy; clock: Clock }) =>
  (
    rights: SessionRights,
    { method, path, sensitivity }: AskedRoute,
    scored: RequestScore,
  ): PolicyDecision => {
    const policy = needs.policy();
    const resource = askedOf(policy, { host: null, method, path }, sensitivity);
    return decide(
      policy,
      factsOf(rights, { risk_score: scored.score, contributions: scored.contributions }, resource),
      null,
      needs.clock(),
    );
  };
