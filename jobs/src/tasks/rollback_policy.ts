// Puts an earlier version of the policy in force again.
import { z } from 'zod';
import { Fault } from '@verity/protocol/faults';
import { rollBack } from '@verity/domain/policy/roll-back';
import { defineTask, RETRY_SOME } from '../define-task';

const version = z.int().min(1);

export default defineTask({
  name: 'rollback_policy',
  queue: 'policy_queue',
  about: 'Puts the version before, or another earlier one, in force again as a new version.',
  payload: z.strictObject({
    // Named, so that a job that runs twice takes back one version.
    version: version.describe('Version to take back: the one in force'),
    to: version.optional().describe('Version to go back to; the one before when left out'),
    reason: z.string().trim().min(3).max(400).describe('Why, for the list of versions'),
  }),
  retry: RETRY_SOME,
  timeoutSeconds: 60,
  async handler({ version: from, to = null, reason }, run, { policy }) {
    if (!(await policy.policies.byVersion(from))) {
      throw new Fault('not-found', `There is no version ${from} of the policy.`, {
        fix: 'GET /api/v1/policies lists the versions.',
      });
    }
    const by = await policy.authorOf(run.by);
    const made = await rollBack({ version: from, to, reason, by }, policy);
    if (made) return { rolled_back: from, version: made.version };
    const { version: inForce } = await policy.policies.current();
    return { rolled_back: null, why: `Version ${inForce} is in force, not version ${from}.` };
  },
});
