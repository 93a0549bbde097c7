// The hourly look at the chain: that it is the right one, lives, has money for us, and holds what the audit log says.
import { z } from 'zod';
import { chainNews } from '@verity/domain/audit/chain-news';
import { defineTask, RETRY_SOME } from '../define-task';

export default defineTask({
  name: 'check_blockchain_health',
  queue: 'blockchain_queue',
  about:
    'Checks the chain, the account and the contract of the audit log against what is recorded here; tells admins when trouble begins and when it is over.',
  payload: z.strictObject({}),
  retry: RETRY_SOME,
  timeoutSeconds: 120,
  schedule: { cron: '0 * * * *', missed: 'once', overlap: 'skip' },
  async handler(_, _run, { anchoring, report }) {
    const [before, found] = [await anchoring.lastExamined(), await anchoring.examine()];
    const news = chainNews(before, found);
    if (news) await report.tellAdmins(news.title, news.body, '/audit/integrity');
    return found;
  },
});
