// The thread that trains: one task in, one artefact out, at the lowest priority so that the pipeline goes first.
import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { kindOf } from '@verity/domain/risk/model-kinds';
import { trainShared } from '@verity/domain/risk/shared-model';
import type { TrainingAnswer, TrainingTask } from './train';

const LOWEST_PRIORITY = 19;
// On Linux the priority is the thread's own.
if (process.platform === 'linux') setPriority(LOWEST_PRIORITY);

parentPort?.on('message', (task: TrainingTask) => {
  let answer: TrainingAnswer;
  try {
    const kind = kindOf(task.modality);
    answer = { artefact: task.shared ? trainShared(kind, task) : kind.train(task) };
  } catch (error) {
    answer = { error: error instanceof Error ? error.message : String(error) };
  }
  parentPort?.postMessage(answer);
});
