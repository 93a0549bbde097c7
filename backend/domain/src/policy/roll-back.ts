// Rolling back (`rollback_policy`): an earlier version is in force again, as a new version, with the reason on record.
import { Fault } from '@verity/protocol/faults';
import type { Policy, PolicyDraft, PolicyFinding } from '@verity/protocol/policy/schemas';
import { makeVersion, versionBasis, type Author, type VersionPorts } from './make-version';
import type { Policies } from './ports';

const LONGEST_REASON = 500;

export interface RollbackPorts {
  policies: Pick<Policies, 'byVersion' | 'previous'>;
  versions: VersionPorts;
  /** What a review finds wrong with a draft; one with an error is never put in force. */
  review: (draft: PolicyDraft) => Promise<PolicyFinding[]>;
  clock: () => Date;
}

/**
 * Puts `to` in force in the place of `version`; the version before it when `to` is null. Null when `version` is in force
 * no longer, so doing it twice does it once. Throws `not-found` when there is nothing to go back to, and `invalid-input`
 * when a review finds an error in it or it says the same.
 */
export async function rollBack(
  { version, to, reason, by }: { version: number; to: number | null; reason: string; by: Author },
  { policies, versions, review }: RollbackPorts,
): Promise<Policy | null> {
  const basis = await versionBasis(versions);
  if (basis.before.version !== version) return null;
  const earlier = to === null ? await policies.previous(version) : await policies.byVersion(to);
  if (!earlier) {
    const what = to === null ? 'no version before' : `no version ${to}`;
    throw new Fault('not-found', `There is ${what} to go back to.`, {
      fix: 'GET /api/v1/policies lists the versions.',
    });
  }
  const { version: restored, rules, hysteresis, resources } = earlier;
  const wrong = (await review({ rules, hysteresis, resources })).find(
    ({ severity }) => severity === 'error',
  );
  if (wrong) {
    throw new Fault('invalid-input', `Version ${restored} cannot be in force: ${wrong.message}`, {
      fix: wrong.fix || 'Make a version by hand.',
    });
  }
  try {
    return await makeVersion(
      earlier,
      {
        reason: `Back to version ${restored}: ${reason}`.slice(0, LONGEST_REASON),
        report_only: false,
        by,
        details: { rolled_back: version, restored },
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
