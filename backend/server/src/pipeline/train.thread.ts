// The thread that trains: one task in, one artefact out, at the lowest priority so that the pipeline goes first.
import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { trainAutoencoder } from '@verity/adapters/brain/train-autoencoder';
import { backgroundOf } from '@verity/domain/risk/background';
import { trainBehaviourModel } from '@verity/domain/risk/behaviour-model';
import type { TrainingAnswer, TrainingTask } from './train';

const LOWEST_PRIORITY = 19;
// On Linux the priority is the thread's own.
if (process.platform === 'linux') setPriority(LOWEST_PRIORITY);

parentPort?.on('message', (task: TrainingTask) => {
  let answer: TrainingAnswer;
  try {
    const artefact = trainBehaviourModel({
      ...task,
      background: backgroundOf(task.modality),
      trainAutoencoder,
    });
    answer = { artefact: JSON.stringify(artefact) };
  } catch (error) {
    answer = { error: error instanceof Error ? error.message : String(error) };
  }
  parentPort?.postMessage(answer);
});
