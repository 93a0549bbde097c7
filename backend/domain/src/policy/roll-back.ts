// Rolling back (`rollback_policy`): the version before is in force again, as a new version, with the reason on record.
import { Fault } from '@verity/protocol/faults';
import type { Policy } from '@verity/protocol/policy/schemas';
import { makeVersion, versionBasis, type VersionPorts } from './make-version';
import type { Policies } from './ports';

/** Who rolls back, in the list of versions and in the audit log. */
export const ROLLED_BACK_BY = 'system:policy-health';
const LONGEST_REASON = 500;

export interface RollbackPorts {
  policies: Pick<Policies, 'byVersion'>;
  versions: VersionPorts;
  clock: () => Date;
}

/**
 * Puts `to` in force in the place of `version`. Null when `version` is in force no longer, so doing it twice does it
 * once. Throws `not-found` when there is no `to`.
 */
export async function rollBack(
  { version, to, reason }: { version: number; to: number; reason: string },
  { policies, versions }: RollbackPorts,
): Promise<Policy | null> {
  const basis = await versionBasis(versions);
  if (basis.before.version !== version) return null;
  const earlier = await policies.byVersion(to);
  if (!earlier) {
    throw new Fault('not-found', `There is no version ${to} of the policy to go back to.`, {
      fix: 'GET /api/v1/policies lists the versions.',
    });
  }
  try {
    return await makeVersion(
      earlier,
      {
        reason: `Back to version ${to}: ${reason}`.slice(0, LONGEST_REASON),
        report_only: false,
        by: { actor: ROLLED_BACK_BY, author: ROLLED_BACK_BY, address: null },
        details: { rolled_back: version, restored: to },
        action: 'policy.rolled_back',
      },
      basis,
      versions,
    );
  } catch (error) {
    // Somebody made another version at the same moment: theirs is in force, and is watched anew.
    if (error instanceof Fault && error.code === 'conflict') return null;
    throw error;
  }
}
