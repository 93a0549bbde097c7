// One job from its claim to its end: run under a time limit, then settled, tried again later, or given up.
import { setTimeout as sleep } from 'node:timers/promises';
import { RUNGS_MS, rungAfter } from '@verity/domain/jobs/retry';
import type { Job, JobError, JobOrder, QueueName } from '@verity/protocol/jobs/schemas';
import type { Run, Task } from './define-task';
import { Cancelled, failureOf, TimedOut, WorkerEnds } from './job-failure';
import type { Stop } from './stop';
import type { WorkerPorts } from './worker-ports';

/** A turn that comes within this time is waited for in place. */
const SHORT_WAIT_MS = 2_000;
/** After the signal, a handler has this long to stop. */
const GRACE_MS = 10_000;
const PROGRESS_EVERY_MS = 500;
/** Bytes of a result in JSON; a larger one is cut. */
const LARGEST_RESULT = 100_000;

/** How a run ended: `over` is recorded and acknowledged, `again` and `dropped` acknowledged, `back` goes to its queue. */
export type Outcome = { kind: 'over'; job: Job } | { kind: 'dropped' } | { kind: 'back' };

interface Claimed {
  readonly order: JobOrder;
  readonly queue: QueueName;
  /** Asked for with `Cancelled` or `WorkerEnds`. */
  readonly stop: Stop;
}

export async function runJob(ports: WorkerPorts, claimed: Claimed): Promise<Outcome> {
  const { order, queue } = claimed;
  const startedAt = ports.clock();
  const base = { ...order, queue, worker: ports.id, started_at: startedAt.toISOString() };
  ports.changed(order.task, 'active');

  const end = async (
    state: 'succeeded' | 'failed' | 'cancelled',
    result: unknown,
    error: JobError | null,
  ): Promise<Outcome> => {
    const endedAt = ports.clock();
    const kept = keep(result);
    const held = await ports.states.settle({
      id: order.id,
      attempt: order.attempt,
      worker: ports.id,
      state,
      endedAt,
      dueAt: null,
      result: kept,
      error,
    });
    if (!held) return lost(ports, order);
    ports.changed(order.task, state);
    const job: Job = {
      ...base,
      state,
      ended_at: endedAt.toISOString(),
      due_at: null,
      duration_ms: Math.max(0, endedAt.getTime() - startedAt.getTime()),
      progress: null,
      result: kept === null ? null : JSON.parse(kept),
      error,
      retried_as: null,
    };
    return { kind: 'over', job };
  };

  const task = ports.tasks.find(({ name }) => name === order.task);
  if (!task) {
    return end('failed', null, {
      why: 'unknown-task',
      message: `This worker knows no task "${order.task}".`,
      fix: 'Start workers of the version that enqueued it, then retry it.',
    });
  }
  const { success, data, error } = task.payload.safeParse(order.payload);
  if (!success) {
    const where = error.issues.map(({ path, message }) => `${path.join('.') || 'it'} ${message}`);
    return end('failed', null, {
      why: 'invalid-payload',
      message: `The payload does not fit: ${where.join('; ').slice(0, 1_000)}.`,
      fix: 'Run the task anew with a payload that fits its schema.',
    });
  }
  if (task.rate) {
    const waitMs = await ports.turn(task.name, task.rate);
    if (waitMs > SHORT_WAIT_MS) {
      await ports.broker.publishLater(queue, messageOf(order), waitMs);
      await ports.states.release([order.id], ports.id);
      return { kind: 'dropped' };
    }
    if (waitMs > 0) await sleep(waitMs);
  }

  try {
    return await end('succeeded', await perform(ports, task, data, claimed), null);
  } catch (thrown) {
    const reason: unknown = claimed.stop.reason ?? thrown;
    if (reason instanceof WorkerEnds) return { kind: 'back' };
    if (reason instanceof Cancelled) return end('cancelled', null, null);
    const { error: told, again } = failureOf(reason);
    ports.log.warn(
      { job: order.id, task: order.task, attempt: order.attempt, err: reason },
      'a job failed',
    );
    const rung = again ? rungAfter(task.retry, order.attempt) : null;
    if (rung === null) return end('failed', null, told);
    return tryAgain(ports, { order, queue, told, delayMs: RUNGS_MS[rung] as number });
  }
}

/** Into the ladder first: a crash between the two steps then runs it twice at most, and never loses it. */
async function tryAgain(
  ports: WorkerPorts,
  {
    order,
    queue,
    told,
    delayMs,
  }: { order: JobOrder; queue: QueueName; told: JobError; delayMs: number },
): Promise<Outcome> {
  const now = ports.clock();
  await ports.broker.publishLater(
    queue,
    messageOf({ ...order, attempt: order.attempt + 1 }),
    delayMs,
  );
  const held = await ports.states.settle({
    id: order.id,
    attempt: order.attempt,
    worker: ports.id,
    state: 'waiting',
    endedAt: now,
    dueAt: new Date(now.getTime() + delayMs),
    result: null,
    error: told,
  });
  if (!held) return lost(ports, order);
  ports.changed(order.task, 'waiting');
  return { kind: 'dropped' };
}

function lost(ports: WorkerPorts, order: JobOrder): Outcome {
  ports.log.warn(
    { job: order.id, task: order.task },
    'a job was taken over by another worker while this one ran it',
  );
  return { kind: 'dropped' };
}

/** Runs the handler until it ends, or until it was told to stop and has stopped. */
async function perform(
  ports: WorkerPorts,
  task: Task,
  payload: unknown,
  { order, stop }: Claimed,
): Promise<unknown> {
  const late = setTimeout(
    () => stop.ask(new TimedOut(task.timeoutSeconds)),
    task.timeoutSeconds * 1_000,
  );
  let told = -Infinity;
  const run: Run = {
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
  try {
    const work =
      task.runs === 'thread'
        ? ports.runInThread(task.name, payload, run)
        : task.handler(payload, run, ports.tools);
    return await untilStopped(work, stop, () => ports.stuck(order));
  } finally {
    clearTimeout(late);
  }
}

/** Waits for the work; once it is told to stop, only for the time of grace. */
function untilStopped<T>(work: Promise<T>, stop: Stop, stuck: () => void): Promise<T> {
  let grace: NodeJS.Timeout | undefined;
  return new Promise<T>((resolve, reject) => {
    work.then(resolve, reject);
    stop.onAsked((reason) => {
      grace = setTimeout(() => {
        stuck();
        reject(reason);
      }, GRACE_MS);
    });
  }).finally(() => clearTimeout(grace));
}

export const messageOf = (order: JobOrder): Buffer =>
  Buffer.from(JSON.stringify({ jobs: [order] }));

function keep(result: unknown): string | null {
  if (result === undefined || result === null) return null;
  const text = JSON.stringify(result);
  return text.length <= LARGEST_RESULT
    ? text
    : JSON.stringify({ cut: true, bytes: text.length, begins: text.slice(0, 1_000) });
}
