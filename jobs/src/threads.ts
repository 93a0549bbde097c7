// Runs tasks that are heavy on the processor in worker threads: a thread that does not stop in time is ended.
import { Worker } from 'node:worker_threads';
import type { Run } from './define-task';

export type RunInThread = (task: string, payload: unknown, run: Run) => Promise<unknown>;

/** Sent to a thread. */
export type ToThread =
  | {
      kind: 'run';
      task: string;
      payload: unknown;
      run: Pick<Run, 'id' | 'attempt' | 'by'> & { at: string };
    }
  | { kind: 'stop' };

/** Said by a thread. */
export type FromThread =
  | { kind: 'ready' }
  | { kind: 'progress'; done: number; total?: number; note?: string }
  | { kind: 'done'; result: unknown }
  | { kind: 'failed'; message: string; name: string; code?: string; fix?: string };

/** A handler that is told to stop has this long before its thread is ended. */
const GRACE_MS = 3_000;

export interface Threads {
  run: RunInThread;
  close(): Promise<void>;
}

const openThread = (): Worker => new Worker(new URL('./task.thread.mjs', import.meta.url));

/** `fault` makes an error of what a thread has said. Threads are started when they are needed, and kept. */
export function openThreads(
  count: number,
  fault: (said: Extract<FromThread, { kind: 'failed' }>) => Error,
  open: () => Worker = openThread,
): Threads {
  const idle: Worker[] = [];
  const all = new Set<Worker>();
  const queue: (() => void)[] = [];
  let busy = 0;

  const start = async (): Promise<Worker> => {
    const thread = open();
    all.add(thread);
    thread.once('exit', () => {
      all.delete(thread);
      const at = idle.indexOf(thread);
      if (at >= 0) idle.splice(at, 1);
    });
    await new Promise<void>((resolve, reject) => {
      thread.once('error', reject);
      thread.once('message', () => {
        thread.off('error', reject);
        resolve();
      });
    });
    return thread;
  };

  /** A place among the threads. Who is told to stop while waiting for one stops waiting. */
  const turn = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error);
      if (busy < count) {
        busy++;
        return resolve();
      }
      const take = (): void => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = (): void => {
        queue.splice(queue.indexOf(take), 1);
        reject(signal.reason as Error);
      };
      queue.push(take);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  /** Hands the place to the next who waits. */
  const leave = (): void => {
    const next = queue.shift();
    if (next) next();
    else busy--;
  };

  const work = (thread: Worker, order: ToThread, run: Run): Promise<unknown> =>
    new Promise((resolve, reject) => {
      let grace: NodeJS.Timeout | undefined;
      const settle = (end: () => void): void => {
        clearTimeout(grace);
        run.signal.removeEventListener('abort', stop);
        thread.removeAllListeners('message').removeAllListeners('error');
        thread.off('exit', gone);
        end();
      };
      const gone = (): void =>
        settle(() =>
          reject(
            run.signal.aborted ? (run.signal.reason as Error) : new Error('Its thread has ended.'),
          ),
        );
      const stop = (): void => {
        thread.postMessage({ kind: 'stop' } satisfies ToThread);
        grace = setTimeout(() => void thread.terminate(), GRACE_MS);
      };
      thread.on('message', (said: FromThread) => {
        if (said.kind === 'progress') run.progress(said.done, said.total, said.note);
        else if (said.kind === 'done') settle(() => resolve(said.result));
        else if (said.kind === 'failed') settle(() => reject(fault(said)));
      });
      thread.on('error', (error) => settle(() => reject(error)));
      thread.on('exit', gone);
      // Told to stop while its thread was started: nothing has begun.
      if (run.signal.aborted) return settle(() => reject(run.signal.reason as Error));
      run.signal.addEventListener('abort', stop, { once: true });
      thread.postMessage(order);
    });

  return {
    async run(task, payload, run) {
      await turn(run.signal);
      try {
        const thread = idle.pop() ?? (await start());
        const { id, attempt, by, at } = run;
        const result = await work(
          thread,
          { kind: 'run', task, payload, run: { id, attempt, by, at: at.toISOString() } },
          run,
        ).finally(() => {
          if (all.has(thread)) idle.push(thread);
        });
        return result;
      } finally {
        leave();
      }
    },
    async close() {
      await Promise.all([...all].map((thread) => thread.terminate()));
    },
  };
}
