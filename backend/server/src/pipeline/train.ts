// Trains behaviour models in a worker thread of low priority, one at a time.
import { Worker } from 'node:worker_threads';
import type { ModelTask } from '@verity/domain/risk/model-kind';

/** What crosses to the thread. */
export interface TrainingTask extends ModelTask {
  /** Two people share the account. */
  shared: boolean;
}

export type TrainingAnswer = { artefact: string } | { error: string };

export interface Trainer {
  /** The artefact as JSON. One call at a time. */
  train(task: TrainingTask): Promise<string>;
  close(): Promise<void>;
}

export function threadTrainer(): Trainer {
  let worker: Worker | undefined;

  const open = (): Worker => {
    const opened = new Worker(new URL('./train.thread.mjs', import.meta.url));
    // Nobody waits for it at the end of the process.
    opened.unref();
    opened.once('exit', () => {
      if (worker === opened) worker = undefined;
    });
    return opened;
  };

  return {
    train: (task) =>
      new Promise((resolve, reject) => {
        const thread = (worker ??= open());
        const settle = (act: () => void): void => {
          thread.off('message', onMessage).off('error', onError).off('exit', onExit);
          act();
        };
        const onMessage = (answer: TrainingAnswer): void =>
          settle(() =>
            'error' in answer ? reject(new Error(answer.error)) : resolve(answer.artefact),
          );
        const onError = (error: Error): void => settle(() => reject(error));
        const onExit = (): void => settle(() => reject(new Error('The training was ended.')));
        thread.on('message', onMessage).on('error', onError).on('exit', onExit);
        thread.postMessage(task);
      }),
    async close() {
      await worker?.terminate();
    },
  };
}
