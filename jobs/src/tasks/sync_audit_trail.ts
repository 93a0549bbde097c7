// Keeps the chain in step with the audit log, after any outage too.
import { z } from 'zod';
import { defineTask, RETRY_NEVER } from '../define-task';

export default defineTask({
  name: 'sync_audit_trail',
  queue: 'blockchain_queue',
  about:
    'Freezes checkpoints of the audit log when they are due, anchors them on the chain, follows them until they count, and anchors again what the chain took back.',
  payload: z.strictObject({}),
  retry: RETRY_NEVER,
  timeoutSeconds: 300,
  schedule: { cron: '*/15 * * * * *', missed: 'skip', overlap: 'skip' },
  handler: (_, run, { anchoring }) => anchoring.sync(run.signal),
});
