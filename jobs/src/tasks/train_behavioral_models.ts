// The nightly look at everybody: who has behaviour models that are due gets a job of their own.
import { z } from 'zod';
import { isAnythingDue } from '@verity/domain/risk/train-person';
import type { UserId } from '@verity/protocol/ids';
import { defineTask, RETRY_SOME } from '../define-task';

/** People of one message: small enough that several workers share a night's work. */
const TOGETHER = 10;

export default defineTask({
  name: 'train_behavioral_models',
  queue: 'ml_queue',
  about: 'Has the behaviour models of everybody trained that are due.',
  payload: z.strictObject({}),
  retry: RETRY_SOME,
  timeoutSeconds: 1_800,
  schedule: { cron: '0 2 * * *', missed: 'once', overlap: 'skip' },
  async handler(_, run, { training, enqueueMany }) {
    const due: UserId[] = [];
    let people = 0;
    let enqueued = 0;
    const enqueue = async (): Promise<void> => {
      const payloads = due.splice(0).map((user_id) => ({ user_id }));
      if (payloads.length > 0) await enqueueMany('train_user_behavioral_model', payloads);
      enqueued += payloads.length;
    };
    for await (const user of training.windows.people()) {
      run.signal.throwIfAborted();
      people++;
      if (await isAnythingDue(training, user)) due.push(user);
      if (due.length >= TOGETHER) await enqueue();
      run.progress(people, undefined, `${enqueued + due.length} have something due`);
    }
    await enqueue();
    return { people, enqueued };
  },
});
