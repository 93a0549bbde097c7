// The watch over the version in force: foretells, compares, and takes it back when it hits far more people.
import { z } from 'zod';
import { checkPolicyHealth } from '@verity/domain/policy/check-health';
import type { PolicyWatch } from '@verity/protocol/policy/health';
import { defineTask, RETRY_SOME } from '../define-task';

export default defineTask({
  name: 'check_policy_health',
  queue: 'policy_queue',
  about:
    'Compares what the version in force does with what was foretold, and rolls it back when it hits far more people.',
  payload: z.strictObject({}),
  retry: RETRY_SOME,
  timeoutSeconds: 3_600,
  // Also asked for when a version comes into force, and twice a minute while it is watched.
  schedule: { cron: '0 * * * *', missed: 'once', overlap: 'skip' },
  async handler(_, run, { policy }) {
    let watch: PolicyWatch | null = null;
    const looked = await policy.alone('health', async () => {
      watch = await checkPolicyHealth(policy, run.signal, run.progress);
    });
    if (!looked) return { looked, why: 'Another look goes on.' };
    return { looked, watch };
  },
});
