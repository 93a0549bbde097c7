// A worker: takes messages of its queues, runs their jobs side by side, and acknowledges what is over and on record.
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job, JobOrder, QueueName } from '@verity/protocol/jobs/schemas';
import { JobMessage } from '@verity/protocol/jobs/schemas';
import type { JobId } from '@verity/protocol/ids';
import { Cancelled, WorkerEnds } from './job-failure';
import { messageOf, runJob } from './run-job';
import { Stop } from './stop';
import type { Delivered, WorkerPorts, WorkerState } from './worker-ports';

export interface WorkerSettings {
  /** Jobs of one queue that run at once. */
  readonly concurrency: number;
  readonly queues: readonly QueueName[];
  /** Messages in hand per queue; acknowledged ones make room. */
  readonly prefetch?: number;
  readonly heartbeatMs?: number;
}

export interface Worker {
  state(): WorkerState;
  /** Takes nothing more; runs to their end what ends within `drainMs`, gives the rest back. */
  stop(drainMs?: number): Promise<void>;
}

/** A message that is held elsewhere is looked at again after this long. */
const HELD_DELAY_MS = 15_000;
const HEARTBEAT_MS = 2_000;
const RECORD_AGAIN_MS = 500;
const SHOWN_ACTIVE = 100;
/** Of each queue. */
const SHOWN_IN_HAND = 20;
/** Messages of a queue in hand, for each job that may run: the next ones are there when one ends. */
const PREFETCH_FACTOR = 2;

/** A message with the jobs in it that are not over yet. */
class Delivery {
  #left: number;
  #back = false;
  constructor(
    private readonly message: Delivered,
    count: number,
  ) {
    this.#left = count;
  }

  get redelivered(): boolean {
    return this.message.redelivered;
  }

  /** One of its jobs is over; `back`: it is to be delivered again, which those that are over do not mind. */
  done(back = false): void {
    this.#back ||= back;
    if (--this.#left > 0) return;
    if (this.#back) this.message.requeue();
    else this.message.ack();
  }
}

interface Reserved {
  readonly order: JobOrder;
  readonly queue: QueueName;
  readonly delivery: Delivery;
}

interface Running {
  readonly order: JobOrder;
  readonly since: Date;
  readonly stop: Stop;
  /** The same job, delivered again meanwhile. */
  readonly copies: Delivery[];
}

class Lane {
  #waiting: Reserved[] = [];
  #next = 0;
  active = 0;
  subscription: { stop(): Promise<void> } | undefined;
  constructor(readonly queue: QueueName) {}

  get reserved(): number {
    return this.#waiting.length - this.#next;
  }

  add(reserved: readonly Reserved[]): void {
    // Those that were taken go when they are many: to shift each would move all the others.
    if (this.#next > 1_000) {
      this.#waiting = this.#waiting.slice(this.#next);
      this.#next = 0;
    }
    for (const one of reserved) this.#waiting.push(one);
  }

  take(): Reserved | undefined {
    const taken = this.#waiting[this.#next];
    if (taken) this.#next++;
    return taken;
  }

  /** The first of them. */
  first(count: number): readonly Reserved[] {
    return this.#waiting.slice(this.#next, this.#next + count);
  }

  /** All that is left, which is then no longer here. */
  empty(): Reserved[] {
    const left = this.#waiting.slice(this.#next);
    this.#waiting = [];
    this.#next = 0;
    return left;
  }
}

export async function startWorker(ports: WorkerPorts, settings: WorkerSettings): Promise<Worker> {
  const { id, states, history, broker, registry, clock, log } = ports;
  const lanes = new Map(settings.queues.map((queue) => [queue, new Lane(queue)]));
  const running = new Map<JobId, Running>();
  const startedAt = clock();
  let ended = 0;
  let stopping = false;
  let idle: (() => void) | undefined;
  /** Ends the waiting of what is tried again and again. */
  const over = new AbortController();

  /** On record before it is acknowledged: history misses nothing that was done. */
  const record = async (job: Job): Promise<void> => {
    for (;;) {
      try {
        return await history.add([job]);
      } catch (err) {
        log.warn({ err }, 'the history of jobs cannot be written; it is tried again');
        await sleep(RECORD_AGAIN_MS, undefined, { signal: over.signal });
      }
    }
  };

  const begin = async ({ order, queue, delivery }: Reserved): Promise<void> => {
    const claim = await states.claim(order, queue, id);
    if (claim === 'cancelled' || claim === 'stale') return delivery.done();
    if (claim === 'done') {
      // Perhaps its worker died between the end and the record.
      const job = delivery.redelivered ? await states.byId(order.id) : null;
      if (job && job.ended_at !== null) await record(job);
      return delivery.done();
    }
    const mine = claim === 'mine' ? running.get(order.id) : undefined;
    if (mine?.order.attempt === order.attempt) return void mine.copies.push(delivery);
    if (claim !== 'run') {
      await broker.publishLater(queue, messageOf(order), HELD_DELAY_MS);
      return delivery.done();
    }
    const current: Running = { order, since: clock(), stop: new Stop(), copies: [] };
    running.set(order.id, current);
    const finish = (back: boolean): void => {
      running.delete(order.id);
      for (const one of [delivery, ...current.copies]) one.done(back);
    };
    try {
      const outcome = await runJob(ports, { order, queue, stop: current.stop });
      if (outcome.kind === 'back') await states.release([order.id], id);
      else if (outcome.kind === 'over') await record(outcome.job);
      ended++;
      finish(outcome.kind === 'back');
    } catch (error) {
      // A store or the broker is away: another worker, or this one later, begins anew.
      await states.release([order.id], id).catch((err: unknown) => {
        log.warn({ err, job: order.id }, 'a claim was not given back; it ends with its lease');
      });
      finish(true);
      throw error;
    }
  };

  const pump = (lane: Lane): void => {
    while (!stopping && lane.active < settings.concurrency) {
      const next = lane.take();
      if (!next) break;
      lane.active++;
      void begin(next)
        .catch(async (err: unknown) => {
          log.warn({ err, job: next.order.id }, 'a job could not be brought to its end here');
          // Not at once: whatever is away is away for every message.
          await sleep(RECORD_AGAIN_MS);
        })
        .finally(() => {
          lane.active--;
          pump(lane);
          if (running.size === 0) idle?.();
        });
    }
  };

  /** A message that is none: kept in history, so that an admin sees it, and taken out of the way. */
  const bury = async (message: Delivered, queue: QueueName, why: Job['error']): Promise<void> => {
    const now = clock().toISOString();
    const orders = readOrders(message.body) ?? [
      {
        id: ports.newId<JobId>(),
        task: 'unreadable',
        payload: { begins: message.body.toString('utf8', 0, 500) },
        attempt: 1,
        origin: 'code' as const,
        by: null,
        enqueued_at: now,
        scheduled_for: null,
      },
    ];
    for (const order of orders) {
      const claim = await states.claim(order, queue, id);
      if (claim !== 'run' && claim !== 'done') continue;
      await states.settle({
        ...{ id: order.id, attempt: order.attempt, worker: id, state: 'failed' as const },
        ...{ endedAt: clock(), dueAt: null, result: null, error: why },
      });
      await record({
        ...order,
        queue,
        state: 'failed',
        worker: id,
        started_at: null,
        ended_at: now,
        due_at: null,
        duration_ms: null,
        progress: null,
        result: null,
        error: why,
        retried_as: null,
      });
      ports.changed(order.task, 'failed');
    }
    message.ack();
  };

  const take = (lane: Lane) => (message: Delivered) => {
    const orders = readOrders(message.body);
    if (!orders) {
      const why: Job['error'] = {
        why: 'malformed',
        message: 'The message is not one of jobs.',
        fix: 'See who writes into the queues of Verity.',
      };
      void bury(message, lane.queue, why).catch((err: unknown) =>
        log.error({ err }, 'a malformed message could not be put on record'),
      );
      return;
    }
    const delivery = new Delivery(message, orders.length);
    lane.add(orders.map((order) => ({ order, queue: lane.queue, delivery })));
    pump(lane);
  };

  const listen = async (lane: Lane): Promise<void> => {
    const prefetch = settings.prefetch ?? settings.concurrency * PREFETCH_FACTOR;
    lane.subscription = await broker.subscribe(lane.queue, prefetch, take(lane));
  };
  /** Gives back what is in hand and not begun. */
  const putBack = (lane: Lane): void => {
    for (const { delivery } of lane.empty()) delivery.done(true);
  };

  const state = (): WorkerState => ({
    id,
    host: hostname(),
    pid: process.pid,
    started_at: startedAt.toISOString(),
    seen_at: clock().toISOString(),
    queues: settings.queues,
    concurrency: settings.concurrency,
    active: [...running.values()].slice(0, SHOWN_ACTIVE).map(({ order, since }) => ({
      id: order.id,
      task: order.task,
      since: since.toISOString(),
    })),
    reserved: [...lanes.values()].reduce((sum, lane) => sum + lane.reserved, 0),
    in_hand: [...lanes.values()]
      .flatMap((lane) => lane.first(SHOWN_IN_HAND))
      .map(({ order, queue }) => ({ id: order.id, task: order.task, queue })),
    ended,
    rss_bytes: process.memoryUsage.rss(),
  });

  const applyPauses = async (): Promise<void> => {
    const paused = new Set(await registry.pausedQueues());
    for (const lane of lanes.values()) {
      if (paused.has(lane.queue) && lane.subscription) {
        const { subscription } = lane;
        lane.subscription = undefined;
        await subscription.stop();
        putBack(lane);
      } else if (!paused.has(lane.queue) && !lane.subscription && !stopping) {
        await listen(lane);
      }
    }
  };

  const beat = async (): Promise<void> => {
    await registry.beat(state());
    const { lost, asked } = await states.renew([...running.keys()], id);
    for (const job of lost) running.get(job)?.stop.ask(new WorkerEnds());
    for (const job of asked) running.get(job)?.stop.ask(new Cancelled());
    if (!stopping) await applyPauses();
  };
  await registry.beat(state());
  await applyPauses();
  let beating: Promise<void> = Promise.resolve();
  const heart = setInterval(() => {
    // One at a time: a store that is away must not collect them.
    beating = beating.then(beat).catch((err: unknown) => {
      log.warn({ err }, 'the heartbeat of this worker was not noted; it is tried again');
    });
  }, settings.heartbeatMs ?? HEARTBEAT_MS);
  const undertaker = await broker.subscribe('dead_letters', 10, (message) => {
    const why: Job['error'] = {
      why: 'delivered-too-often',
      message: 'It was delivered too often: each time its worker ended before it did.',
      fix: 'Look into the logs of the workers for what ends them, then retry it.',
    };
    void bury(message, message.diedIn ?? 'default', why).catch((err: unknown) =>
      log.error({ err }, 'a dead letter could not be put on record'),
    );
  });

  return {
    state,
    async stop(drainMs = 10_000) {
      stopping = true;
      await Promise.all([
        undertaker.stop(),
        ...[...lanes.values()].map(async (lane) => lane.subscription?.stop()),
      ]);
      for (const lane of lanes.values()) putBack(lane);
      const drained = new Promise<void>((resolve) => (idle = resolve));
      if (running.size > 0) await Promise.race([drained, sleep(drainMs)]);
      for (const { stop } of running.values()) stop.ask(new WorkerEnds());
      if (running.size > 0) await Promise.race([drained, sleep(5_000)]);
      over.abort();
      clearInterval(heart);
      await beating;
      await registry.leave(id);
    },
  };
}

function readOrders(body: Buffer): JobOrder[] | null {
  try {
    const { success, data } = JobMessage.safeParse(JSON.parse(body.toString('utf8')));
    return success ? data.jobs : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
