// Removes superseded versions of behaviour models.
import { z } from 'zod';
import { defineTask, RETRY_SOME } from '../define-task';

export default defineTask({
  name: 'cleanup_old_models',
  queue: 'ml_queue',
  about: 'Removes superseded versions of behaviour models.',
  payload: z.strictObject({
    keep: z
      .int()
      .min(1)
      .max(100)
      .default(3)
      .describe('Versions of each model that stay, the newest ones'),
  }),
  retry: RETRY_SOME,
  timeoutSeconds: 600,
  schedule: { cron: '0 1 * * 3', missed: 'once', overlap: 'skip' },
  handler: async ({ keep }, _, { retention }) => ({
    removed: await retention.supersededModels(keep),
  }),
});
