// Threads for heavy tasks: they answer, they are kept, and one that does not stop is ended for real.
import { Worker } from 'node:worker_threads';
import { afterEach, expect, it } from 'vitest';
import type { JobId } from '@verity/protocol/ids';
import type { Run } from './define-task';
import { openThreads, type Threads } from './threads';

/** Speaks as a thread of tasks does; its task `spin` never looks up from its work. */
const THREAD = `
const { parentPort } = require('node:worker_threads');
parentPort.on('message', (asked) => {
  if (asked.kind === 'stop') return;
  parentPort.postMessage({ kind: 'progress', done: 1, total: 2 });
  if (asked.task === 'spin') for (;;);
  if (asked.task === 'fail') {
    return parentPort.postMessage({ kind: 'failed', name: 'Fault', message: 'No.', code: 'not-found' });
  }
  if (asked.task === 'die') process.exit(3);
  parentPort.postMessage({ kind: 'done', result: { task: asked.task, payload: asked.payload } });
});
parentPort.postMessage({ kind: 'ready' });
`;

let threads: Threads;
let opened: Worker[];
const openOf = (count: number): Threads => {
  opened = [];
  threads = openThreads(
    count,
    ({ message, code }) => Object.assign(new Error(message), { code }),
    () => {
      const thread = new Worker(THREAD, { eval: true });
      opened.push(thread);
      return thread;
    },
  );
  return threads;
};
afterEach(() => threads.close());

const runWith = (signal: AbortSignal, progress: Run['progress'] = () => undefined): Run => ({
  id: '01890000-0000-7000-8000-000000000000' as JobId,
  attempt: 1,
  at: new Date(),
  by: 'system:spec',
  signal,
  progress,
});

it('answers with the result, passes progress on, and uses a thread again', async () => {
  const seen: unknown[] = [];
  const { run } = openOf(1);
  const { signal } = new AbortController();
  const work = (task: string) =>
    run(
      task,
      { number: 1 },
      runWith(signal, (done) => seen.push(done)),
    );
  expect(await work('first')).toEqual({ task: 'first', payload: { number: 1 } });
  expect(await work('second')).toEqual({ task: 'second', payload: { number: 1 } });
  expect([opened.length, seen]).toEqual([1, [1, 1]]);
});

it('runs as many at once as it has threads; the next one waits', async () => {
  const { run } = openOf(2);
  const { signal } = new AbortController();
  await Promise.all(['a', 'b', 'c', 'd'].map((task) => run(task, {}, runWith(signal))));
  expect(opened).toHaveLength(2);
});

it('lets a task stop that waits for a thread, and keeps its place for nobody', async () => {
  const { run } = openOf(1);
  const [first, waiting] = [new AbortController(), new AbortController()];
  const spinning = run('spin', {}, runWith(first.signal));
  const told = run('waits', {}, runWith(waiting.signal));
  const after = run('after', {}, runWith(new AbortController().signal));
  waiting.abort(new Error('No longer wanted.'));
  await expect(told).rejects.toThrow('No longer wanted.');
  first.abort(new Error('Too long.'));
  await expect(spinning).rejects.toThrow('Too long.');
  expect(await after).toMatchObject({ task: 'after' });
}, 15_000);

it('passes on what a handler throws, and a thread that dies', async () => {
  const { run } = openOf(1);
  const { signal } = new AbortController();
  await expect(run('fail', {}, runWith(signal))).rejects.toMatchObject({
    message: 'No.',
    code: 'not-found',
  });
  await expect(run('die', {}, runWith(signal))).rejects.toThrow('Its thread has ended.');
  expect(await run('after', {}, runWith(signal))).toMatchObject({ task: 'after' });
});

it('ends a thread that does not stop when it is told to, and goes on with another', async () => {
  const { run } = openOf(1);
  const stop = new AbortController();
  const spinning = run(
    'spin',
    {},
    runWith(stop.signal, () => stop.abort(new Error('Too long.'))),
  );
  await expect(spinning).rejects.toThrow('Too long.');
  expect(opened[0]?.threadId).toBe(-1);
  expect(await run('after', {}, runWith(new AbortController().signal))).toMatchObject({
    task: 'after',
  });
}, 15_000);
