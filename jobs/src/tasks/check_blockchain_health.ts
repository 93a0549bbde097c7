// The hourly look at the chain: that it is the right one, lives, has money for us, and holds what the audit log says.
import { z } from 'zod';
import { defineTask, RETRY_SOME } from '../define-task';

export default defineTask({
  name: 'check_blockchain_health',
  queue: 'blockchain_queue',
  about:
    'Checks the chain, the account and the contract of the audit log against what is recorded here; tells admins of trouble.',
  payload: z.strictObject({}),
  retry: RETRY_SOME,
  timeoutSeconds: 120,
  schedule: { cron: '0 * * * *', missed: 'once', overlap: 'skip' },
  async handler(_, _run, { anchoring, report }) {
    const found = await anchoring.examine();
    if (found.problems.length > 0) {
      await report.tellAdmins('The chain of the audit log has trouble', found.problems.join(' '));
    }
    return found;
  },
});
