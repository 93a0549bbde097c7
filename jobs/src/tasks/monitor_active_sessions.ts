// The sweep over live sessions, every half minute, so that silence and expiry count.
import { z } from 'zod';
import { watchIsDue } from '@verity/domain/policy/check-health';
import { defineTask, RETRY_NEVER } from '../define-task';

export default defineTask({
  name: 'monitor_active_sessions',
  queue: 'default',
  about: 'Scores silent sessions anew, ends those whose time is over, repairs lost rights.',
  payload: z.strictObject({}),
  retry: RETRY_NEVER,
  timeoutSeconds: 120,
  schedule: { cron: '*/30 * * * * *', missed: 'once', overlap: 'skip' },
  async handler(_, run, { monitoring, policy, enqueue }) {
    const swept = await monitoring.sweep(run.signal);
    if (swept.expired > 0) await enqueue('track_policy_outcome', {});
    if (await watchIsDue(policy)) await enqueue('check_policy_health', {});
    return swept;
  },
});
