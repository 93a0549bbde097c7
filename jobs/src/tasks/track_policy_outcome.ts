// Settles challenges that nobody will answer any more.
import { z } from 'zod';
import { settleAbandoned } from '@verity/domain/policy/outcomes';
import { defineTask, RETRY_SOME } from '../define-task';

export default defineTask({
  name: 'track_policy_outcome',
  queue: 'policy_queue',
  about:
    'Settles open challenges whose session has ended without a word; what people do is tracked as it happens.',
  payload: z.strictObject({}),
  retry: RETRY_SOME,
  timeoutSeconds: 600,
  handler: async (_, run, { policy }) => ({
    settled: await settleAbandoned(policy, run.signal, run.progress),
  }),
});
