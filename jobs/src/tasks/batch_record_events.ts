// Records many events in the audit log, in their order.
import { z } from 'zod';
import { AuditEvent, recordEvents } from '@verity/domain/audit/tell-events';
import { defineTask, RETRY_SOME } from '../define-task';

export default defineTask({
  name: 'batch_record_events',
  queue: 'blockchain_queue',
  about: 'Records up to a thousand events in the audit log, in their order, each once.',
  payload: z.strictObject({
    events: z.array(AuditEvent).min(1).max(1_000).describe('The events, oldest first'),
  }),
  retry: RETRY_SOME,
  timeoutSeconds: 600,
  handler: async ({ events }, run, tools) => ({ ids: await recordEvents(events, run, tools) }),
});
