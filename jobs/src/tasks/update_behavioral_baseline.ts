// Brings baselines up to date: what is newly accepted teaches at once, and temporary ones end when their time is over.
import { z } from 'zod';
import { trainPerson } from '@verity/domain/risk/train-person';
import { UserId } from '@verity/protocol/ids';
import { defineTask, RETRY_SOME } from '../define-task';

/** People of one message: see train_behavioral_models. */
const TOGETHER = 10;

export default defineTask({
  name: 'update_behavioral_baseline',
  queue: 'ml_queue',
  about:
    'Takes what the guard accepts of newer behaviour into models that are there, and ends temporary baselines that have run out.',
  payload: z.strictObject({
    user_id: UserId.optional().describe('Id of the person; everybody when left out'),
  }),
  retry: RETRY_SOME,
  timeoutSeconds: 1_800,
  runs: 'thread',
  async handler({ user_id }, run, { training, enqueueMany }) {
    if (user_id) await training.demandPerson(user_id);
    const baselines_ended = await training.endBaselines(user_id, run.signal);
    if (user_id) {
      const wish = { user: user_id, occasion: 'update' } as const;
      return { baselines_ended, models: await trainPerson(training, wish, run) };
    }
    const some: UserId[] = [];
    let people = 0;
    const enqueue = async (): Promise<void> => {
      const payloads = some.splice(0).map((user) => ({ user_id: user }));
      if (payloads.length > 0) await enqueueMany('update_behavioral_baseline', payloads);
    };
    for await (const user of training.windows.people()) {
      run.signal.throwIfAborted();
      people++;
      some.push(user);
      if (some.length >= TOGETHER) await enqueue();
      run.progress(people);
    }
    await enqueue();
    return { baselines_ended, people };
  },
});
