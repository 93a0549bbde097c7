// Whether a search has found thresholds that nobody has been shown yet and that wait for an admin to decide.
import type { OptimisationResult, PolicyRun } from '@verity/protocol/policy/runs';
import { diffPolicies } from './diff-policies';
import type { PolicyRuns } from './run-ports';

/** Runs that are looked back on: a search each night for a month. */
const LOOKED_BACK_ON = 30;

type Proposal = NonNullable<OptimisationResult['proposal']>;

/** The proposal, when nothing speaks against it and it has not been put in force or on trial. */
function waiting({ optimisation }: PolicyRun): Proposal | null {
  if (!optimisation || optimisation.note !== null || optimisation.applied !== null) return null;
  return optimisation.proposal;
}

/** A search each night finds the same until somebody decides: it is news the first time. */
export async function isNewProposal(
  run: PolicyRun,
  { runs }: { runs: Pick<PolicyRuns, 'list'> },
): Promise<boolean> {
  const found = waiting(run);
  if (!found) return false;
  const { items } = await runs.list({ limit: LOOKED_BACK_ON });
  return !items.some((before) => {
    const known = before.asked_at < run.asked_at && before.base_version === run.base_version;
    const proposal = known ? waiting(before) : null;
    return proposal !== null && diffPolicies(proposal.policy, found.policy).length === 0;
  });
}
