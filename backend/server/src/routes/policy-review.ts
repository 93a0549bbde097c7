// Reviews drafts of the policy against the groups and admins that there are.
import type { PolicyDraft, PolicyFinding } from '@verity/protocol/policy/schemas';
import type { Groups, Users } from '@verity/domain/identity/ports';
import type { Clock } from '@verity/domain/kernel/ports';
import { reviewPolicy } from '@verity/domain/policy/review-policy';
import { PRIOR_LOG_ODDS } from '@verity/domain/risk/evidence';

/** Admins looked at for one that a draft leaves a way in. */
const ADMINS = 200;
/** Score of a session against which nothing speaks. */
const CALM_SCORE = 100 / (1 + Math.exp(-PRIOR_LOG_ODDS));

export interface ReviewPorts {
  groups: Pick<Groups, 'list'>;
  users: Pick<Users, 'list'>;
  clock: Clock;
}

export const reviewOver =
  (ports: ReviewPorts) =>
  async (draft: PolicyDraft): Promise<PolicyFinding[]> => {
    const [groups, admins] = await Promise.all([
      ports.groups.list(),
      ports.users.list({ role: 'admin', status: 'active' }, { limit: ADMINS }),
    ]);
    return reviewPolicy(draft, {
      groups: new Set(groups.map(({ id }) => id)),
      admins: admins.items.map((admin) => ({
        groups: admin.groups,
        totpEnrolled: admin.totp !== null,
        passkeyEnrolled: admin.passkeys.length > 0,
      })),
      calmScore: CALM_SCORE,
      now: ports.clock(),
    });
  };
