// The daily report of the platform about itself.
import { z } from 'zod';
import { daysBefore } from '@verity/domain/kernel/days';
import { defineTask, RETRY_SOME } from '../define-task';

export default defineTask({
  name: 'generate_system_health_report',
  queue: 'default',
  about:
    'Reports how the platform is: its parts, what waits, what failed; tells admins of problems.',
  payload: z.strictObject({}),
  retry: RETRY_SOME,
  timeoutSeconds: 120,
  schedule: { cron: '0 6 * * *', missed: 'once', overlap: 'skip' },
  async handler(_, run, { report }) {
    const found = await report.read(daysBefore(run.at, 1));
    if (found.problems.length > 0) {
      await report.tellAdmins('The daily health report names problems', found.problems.join(' '));
    }
    return found;
  },
});
