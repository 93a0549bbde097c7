// Ends sessions whose time is over, and lets go of those that ended long ago.
import { z } from 'zod';
import { daysBefore } from '@verity/domain/kernel/days';
import { defineTask, RETRY_SOME } from '../define-task';

export default defineTask({
  name: 'cleanup_expired_sessions',
  queue: 'default',
  about: 'Ends sessions whose time is over, and removes those that ended before the retention.',
  payload: z.strictObject({}),
  retry: RETRY_SOME,
  timeoutSeconds: 600,
  schedule: { cron: '0 * * * *', missed: 'once', overlap: 'skip' },
  async handler(_, run, { monitoring, retention, enqueue }) {
    const { expired } = await monitoring.sweep(run.signal);
    await enqueue('track_policy_outcome', {});
    run.signal.throwIfAborted();
    const before = daysBefore(run.at, retention.days.sessions);
    return { expired, removed: await retention.endedSessions(before) };
  },
});
