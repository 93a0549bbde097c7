// Trains the behaviour models of one person that are due; the pipeline asks for it as soon as there is enough to learn.
import { z } from 'zod';
import { trainPerson } from '@verity/domain/risk/train-person';
import { UserId } from '@verity/protocol/ids';
import { Modality, Track } from '@verity/protocol/risk/behaviour';
import { defineTask, RETRY_SOME } from '../define-task';

export default defineTask({
  name: 'train_user_behavioral_model',
  queue: 'ml_queue',
  about: 'Trains the behaviour models of one person that are due.',
  payload: z.strictObject({
    user_id: UserId.describe('Id of the person'),
    modality: Modality.optional().describe(
      'keystroke, mouse or phrase:…; each of which there are windows when left out',
    ),
    track: Track.optional().describe('Those in force when left out'),
    force: z
      .boolean()
      .default(false)
      .describe('Also what is not due: anew from everything that may teach'),
  }),
  retry: RETRY_SOME,
  timeoutSeconds: 300,
  runs: 'thread',
  async handler({ user_id, modality, track, force }, run, { training }) {
    await training.demandPerson(user_id);
    // A model that is newer than the order obeys it: delivered twice, it is trained once.
    const occasion = force ? { anewSince: run.at } : 'due';
    const models = await trainPerson(training, { user: user_id, modality, track, occasion }, run);
    return { models };
  },
});
