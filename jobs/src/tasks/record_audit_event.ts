// Records one event in the audit log.
import { AuditEvent, recordEvents } from '@verity/domain/audit/tell-events';
import { defineTask, RETRY_SOME } from '../define-task';

export default defineTask({
  name: 'record_audit_event',
  queue: 'blockchain_queue',
  about: 'Records one event in the audit log, and who told it.',
  payload: AuditEvent,
  retry: RETRY_SOME,
  timeoutSeconds: 60,
  handler: async (event, run, tools) => ({ ids: await recordEvents([event], run, tools) }),
});
