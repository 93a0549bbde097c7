// Removes cache entries that nobody reads any more.
import { z } from 'zod';
import { defineTask, RETRY_SOME } from '../define-task';

export default defineTask({
  name: 'cleanup_cache',
  queue: 'default',
  about: 'Removes cache entries of earlier versions, and such as have no end.',
  payload: z.strictObject({}),
  retry: RETRY_SOME,
  timeoutSeconds: 600,
  schedule: { cron: '0 */6 * * *', missed: 'once', overlap: 'skip' },
  handler: (_, run, { retention }) => retention.cache(run.signal),
});
