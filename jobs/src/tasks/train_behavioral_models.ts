// The nightly look at everybody: who has behaviour models that are due gets a job of their own.
import { z } from 'zod';
import { isAnythingDue } from '@verity/domain/risk/train-person';
import { UserId } from '@verity/protocol/ids';
import { defineTask, RETRY_SOME } from '../define-task';

/** People of one portion. The next one is queued behind them, so that whoever is new by then waits for no more than these. */
const PORTION = 20;

const count = z.int().nonnegative().default(0);

export default defineTask({
  name: 'train_behavioral_models',
  queue: 'ml_queue',
  about:
    'Has the behaviour models of everybody trained that are due, a portion of people at a time.',
  payload: z.strictObject({
    after: UserId.optional().describe('Goes on behind this person; begins anew when left out'),
    looked_at: count.describe('People of the portions before'),
    enqueued: count.describe('Of those, who had something due'),
  }),
  retry: RETRY_SOME,
  timeoutSeconds: 1_800,
  schedule: { cron: '0 2 * * *', missed: 'once', overlap: 'skip' },
  async handler({ after, ...before }, run, { training, enqueue }) {
    let { looked_at, enqueued } = before;
    const options = { by: run.by };
    for await (const user of training.windows.people(after)) {
      run.signal.throwIfAborted();
      looked_at++;
      run.progress(looked_at, undefined, `${enqueued} had something due`);
      if (!(await isAnythingDue(training, user))) continue;
      await enqueue('train_user_behavioral_model', { user_id: user }, options);
      enqueued++;
      if (enqueued - before.enqueued < PORTION) continue;
      await enqueue('train_behavioral_models', { after: user, looked_at, enqueued }, options);
      return { looked_at, enqueued, finished: false };
    }
    return { looked_at, enqueued, finished: true };
  },
});
