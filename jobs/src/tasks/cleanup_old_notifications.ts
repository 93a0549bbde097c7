// Removes notifications that are older than the retention.
import { z } from 'zod';
import { daysBefore } from '@verity/domain/kernel/days';
import { defineTask, RETRY_SOME } from '../define-task';

export default defineTask({
  name: 'cleanup_old_notifications',
  queue: 'default',
  about: 'Removes notifications that are older than the retention.',
  payload: z.strictObject({}),
  retry: RETRY_SOME,
  timeoutSeconds: 600,
  schedule: { cron: '0 5 * * *', missed: 'once', overlap: 'skip' },
  handler: async (_, run, { retention }) => ({
    removed: await retention.notifications(daysBefore(run.at, retention.days.notifications)),
  }),
});
