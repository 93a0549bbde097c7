// One run of a job: checked, given its turn, run under a time limit; what came of it is settled by settle-job.ts.
import { setTimeout as sleep } from 'node:timers/promises';
import { RUNGS_MS, rungAfter } from '@verity/domain/jobs/retry';
import type { JobError } from '@verity/protocol/jobs/schemas';
import type { Run, Task } from './define-task';
import { Cancelled, failureOf, TimedOut, WorkerEnds } from './job-failure';
import type { Held } from './lane';
import type { Stop } from './stop';
import type { WorkerPorts } from './worker-ports';

/** A turn that comes within this time is waited for in place. */
const SHORT_WAIT_MS = 2_000;
/** After the signal, a handler has this long to stop. */
const GRACE_MS = 10_000;
const PROGRESS_EVERY_MS = 500;
/** Bytes of a result in JSON; a larger one is cut. */
const LARGEST_RESULT = 100_000;

/**
 * How a run ended. `over`: for good, the result being in JSON. `again`: after a failure that another try may mend.
 * `later`: its turn has not come. `back`: the worker ends, another one is to begin anew.
 */
export type RunEnd =
  | {
      kind: 'over';
      state: 'succeeded' | 'failed' | 'cancelled';
      result: string | null;
      error: JobError | null;
    }
  | { kind: 'again'; error: JobError; delayMs: number }
  | { kind: 'later'; delayMs: number }
  | { kind: 'back' };

const failed = (error: JobError): RunEnd => ({
  kind: 'over',
  state: 'failed',
  result: null,
  error,
});

/** Does not throw for what a handler throws; throws `unavailable` when a store is away. */
export async function runJob(ports: WorkerPorts, held: Held): Promise<RunEnd> {
  const { order, stop } = held;
  ports.changed(order.task, 'active');
  const task = ports.tasks.find(({ name }) => name === order.task);
  if (!task) {
    return failed({
      why: 'unknown-task',
      message: `This worker knows no task "${order.task}".`,
      fix: 'Start workers of the version that enqueued it, then retry it.',
    });
  }
  const { success, data, error } = task.payload.safeParse(order.payload);
  if (!success) {
    const where = error.issues.map(({ path, message }) => `${path.join('.') || 'it'} ${message}`);
    return failed({
      why: 'invalid-payload',
      message: `The payload does not fit: ${where.join('; ').slice(0, 1_000)}.`,
      fix: 'Run the task anew with a payload that fits its schema.',
    });
  }
  if (task.rate) {
    const waitMs = await ports.turn(task.name, task.rate);
    if (waitMs > SHORT_WAIT_MS) return { kind: 'later', delayMs: waitMs };
    if (waitMs > 0) await sleep(waitMs);
  }
  try {
    const result = await perform(ports, task, data, held);
    return { kind: 'over', state: 'succeeded', result: keep(result), error: null };
  } catch (thrown) {
    return endOf(ports, task, held, stop.reason ?? thrown);
  }
}

function endOf(ports: WorkerPorts, task: Task, { order }: Held, reason: unknown): RunEnd {
  if (reason instanceof WorkerEnds) return { kind: 'back' };
  if (reason instanceof Cancelled) {
    return { kind: 'over', state: 'cancelled', result: null, error: null };
  }
  const { error, again } = failureOf(reason);
  ports.log.warn(
    { job: order.id, task: order.task, attempt: order.attempt, err: reason },
    'a job failed',
  );
  const rung = again ? rungAfter(task.retry, order.attempt) : null;
  return rung === null
    ? failed(error)
    : { kind: 'again', error, delayMs: RUNGS_MS[rung] as number };
}

/** Runs the handler until it ends, or until it was told to stop and has stopped, or has had its time of grace. */
function perform(ports: WorkerPorts, task: Task, payload: unknown, held: Held): Promise<unknown> {
  const { order, stop } = held;
  return new Promise((resolve, reject) => {
    const { reason: early } = stop;
    if (early) return reject(early);
    let grace: NodeJS.Timeout | undefined;
    const late = setTimeout(
      () => stop.ask(new TimedOut(task.timeoutSeconds)),
      task.timeoutSeconds * 1_000,
    );
    const ended = (): void => {
      clearTimeout(late);
      clearTimeout(grace);
      // Its claim may be missed while its end is being written down: nothing is left to stop.
      stop.onAsked(() => undefined);
    };
    const run = runOf(ports, held);
    const work =
      task.runs === 'thread'
        ? ports.runInThread(task.name, payload, run)
        : begun(task, payload, run, ports);
    work.then(
      (result) => {
        ended();
        resolve(result);
      },
      (error: Error) => {
        ended();
        reject(error);
      },
    );
    stop.onAsked((reason) => {
      grace = setTimeout(() => {
        ports.stuck(order);
        ended();
        reject(reason);
      }, GRACE_MS);
    });
  });
}

/** A handler that throws before its first wait has failed like any other. */
async function begun(task: Task, payload: unknown, run: Run, { tools }: WorkerPorts) {
  return task.handler(payload, run, tools);
}

function runOf(ports: WorkerPorts, { order, stop }: { order: Held['order']; stop: Stop }): Run {
  let told = -Infinity;
  return {
    id: order.id,
    attempt: order.attempt,
    at: new Date(order.scheduled_for ?? order.enqueued_at),
    by: order.by ?? 'system:jobs',
    get signal() {
      return stop.signal;
    },
    progress(done, total, note) {
      const now = performance.now();
      if (now - told < PROGRESS_EVERY_MS) return;
      told = now;
      ports.states
        .progress(order.id, { done, total: total ?? null, note: note?.slice(0, 200) ?? null })
        .catch((err: unknown) => ports.log.warn({ err }, 'the progress of a job was not noted'));
    },
  };
}

function keep(result: unknown): string | null {
  if (result === undefined || result === null) return null;
  const text = JSON.stringify(result);
  return text.length <= LARGEST_RESULT
    ? text
    : JSON.stringify({ cut: true, bytes: text.length, begins: text.slice(0, 1_000) });
}
