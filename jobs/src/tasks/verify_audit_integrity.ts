// Walks the audit log and all that hangs on it, and says what is not as it was signed.
import { z } from 'zod';
import { Fault } from '@verity/protocol/faults';
import type { AuditVerification } from '@verity/protocol/audit/schemas';
import { defineTask, RETRY_SOME } from '../define-task';

export default defineTask({
  name: 'verify_audit_integrity',
  queue: 'blockchain_queue',
  about:
    'Verifies the audit log: every entry and tile up to the signed checkpoint, the index, the anchors and evidence; tells admins of what does not hold.',
  payload: z
    .strictObject({
      from: z.int().min(0).optional().describe('First entry that is read; hashes are, all of them'),
      to: z.int().min(1).optional().describe('First entry that is read no more'),
      evidence: z
        .enum(['none', 'sample', 'all'])
        .default('sample')
        .describe('Evidence that is read back: none, one record in sixteen, or all'),
    })
    .refine(({ from = 0, to }) => to === undefined || from < to, {
      path: ['to'],
      error: 'must be above from',
    }),
  retry: RETRY_SOME,
  timeoutSeconds: 21_600,
  schedule: { cron: '0 3 * * *', missed: 'once', overlap: 'skip' },
  async handler({ from, to, evidence }, run, { audit, clock, report }) {
    const { verifications } = audit;
    const begun: AuditVerification = {
      id: run.id,
      by: run.by,
      started_at: clock().toISOString(),
      ended_at: null,
      state: 'running',
      from: from ?? 0,
      to: to ?? 0,
      done: 0,
      anchors: 0,
      evidence: 0,
      findings: [],
      found: 0,
      error: null,
    };
    await verifications.begin(begun);
    try {
      const { root, ...found } = await audit.verify({
        from,
        to,
        evidence,
        signal: run.signal,
        async progress(done, size) {
          run.progress(done.done, size);
          await verifications.progress(run.id, done);
        },
      });
      const state = found.found === 0 ? 'intact' : 'broken';
      await verifications.end({ ...begun, ...found, state, ended_at: clock().toISOString() });
      const [first] = found.findings;
      if (first) {
        const more =
          found.found > 1 ? ` ${found.found - 1} more findings: see the audit page.` : '';
        await report.tellAdmins(
          'The audit log does not hold',
          `${first.where}: ${first.why}${more} Keep everything as it is for whoever investigates.`,
          '/audit/integrity',
        );
      }
      return { state, root, ...found };
    } catch (error) {
      const why = error instanceof Fault ? error.message : 'It was ended before it was done.';
      const state = run.signal.aborted ? 'cancelled' : 'failed';
      await verifications.end({ ...begun, state, ended_at: clock().toISOString(), error: why });
      throw error;
    }
  },
});
