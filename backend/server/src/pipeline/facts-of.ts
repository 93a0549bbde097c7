// What the decision point is told of a session, and of what it asks for.
import type { SessionRights } from '@verity/domain/identity/ports';
import type { Facts } from '@verity/domain/policy/decide';
import { PRIOR_SCORE } from '@verity/domain/risk/score';
import type { RiskScore } from '@verity/protocol/risk/schemas';

export type JudgedRights = Pick<
  SessionRights,
  'role' | 'groups' | 'deviceTrusted' | 'totpEnrolled' | 'passkeyEnrolled' | 'stepUpAt'
>;

/** `risk` is null while nothing has been scored: the prior stands for the score then. */
export const factsOf = (
  rights: JudgedRights,
  risk: Pick<RiskScore, 'risk_score' | 'contributions'> | null,
  resource?: Facts['resource'],
): Facts => ({
  riskScore: risk?.risk_score ?? PRIOR_SCORE,
  role: rights.role,
  groups: rights.groups,
  deviceTrusted: rights.deviceTrusted,
  totpEnrolled: rights.totpEnrolled,
  passkeyEnrolled: rights.passkeyEnrolled,
  lastStepUpAt: rights.stepUpAt === null ? null : new Date(rights.stepUpAt),
  contributions: risk?.contributions ?? [],
  ...(resource ? { resource } : {}),
});
