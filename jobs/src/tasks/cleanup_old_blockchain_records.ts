// Moves the details of old audit records from the index into archive files; nothing that proves them is touched.
import { z } from 'zod';
import { daysBefore } from '@verity/domain/kernel/days';
import { defineTask, RETRY_SOME } from '../define-task';

export default defineTask({
  name: 'cleanup_old_blockchain_records',
  queue: 'blockchain_queue',
  about:
    'Archives the details of old audit records in files; log, anchors and keys stay, and every record is found and verified as before.',
  payload: z.strictObject({}),
  retry: RETRY_SOME,
  timeoutSeconds: 7_200,
  schedule: { cron: '0 2 1 * *', missed: 'once', overlap: 'skip' },
  async handler(_, { at, signal, progress }, { audit, enqueue }) {
    const result = await audit.archive(daysBefore(at, audit.archiveDays), { signal, progress });
    // Takes what belongs to erased people from IPFS.
    await enqueue('store_large_data_ipfs', {});
    return result;
  },
});
