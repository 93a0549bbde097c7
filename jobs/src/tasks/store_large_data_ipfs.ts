// Brings evidence that waits in the database to IPFS, every minute and after every outage of the node.
import { z } from 'zod';
import { RAW_CID } from '@verity/domain/audit/cid';
import { storeEvidence } from '@verity/domain/audit/store-evidence';
import { Fault } from '@verity/protocol/faults';
import { defineTask, RETRY_NEVER } from '../define-task';

export default defineTask({
  name: 'store_large_data_ipfs',
  queue: 'blockchain_queue',
  about:
    'Stores encrypted evidence on IPFS, pinned and read back, and removes what belongs to people who were erased.',
  payload: z.strictObject({
    cids: z
      .array(z.string().regex(RAW_CID, 'must be a CID of a raw block, e.g. bafkrei…'))
      .min(1)
      .max(1_000)
      .optional()
      .describe('Names of the blocks to store; all that wait when left out'),
  }),
  retry: RETRY_NEVER,
  timeoutSeconds: 900,
  schedule: { cron: '* * * * *', missed: 'once', overlap: 'skip' },
  async handler({ cids }, { signal, progress }, { audit: { evidence } }) {
    const result = await storeEvidence(evidence, { cids, signal, progress });
    const [first] = result.failures;
    if (!first) return result;
    const more = result.failures.length > 1 ? ` (and ${result.failures.length - 1} more)` : '';
    throw new Fault('internal', `${first.why}${more} What waits is still in the database.`, {
      fix: 'See check_blockchain_health, and have the node check its disk: ipfs repo verify.',
    });
  },
});
