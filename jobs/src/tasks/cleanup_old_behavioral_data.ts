// Removes behaviour windows and scores that are older than the retention, also when that was shortened since.
import { z } from 'zod';
import { daysBefore } from '@verity/domain/kernel/days';
import { defineTask, RETRY_SOME } from '../define-task';

export default defineTask({
  name: 'cleanup_old_behavioral_data',
  queue: 'default',
  about: 'Removes behaviour windows and scores that are older than the retention.',
  payload: z.strictObject({}),
  retry: RETRY_SOME,
  timeoutSeconds: 1_800,
  schedule: { cron: '0 1 * * 1', missed: 'once', overlap: 'skip' },
  async handler(_, run, { retention }) {
    const { behaviour, scores } = retention.days;
    const windows = await retention.behaviourWindows(daysBefore(run.at, behaviour));
    run.signal.throwIfAborted();
    return { windows, score_minutes: await retention.scores(daysBefore(run.at, scores)) };
  },
});
