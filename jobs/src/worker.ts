// A worker: takes messages of its queues, runs their jobs side by side, and acknowledges what is over and on record.
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { endedJobOf } from '@verity/domain/jobs/ended-job';
import type { Claim, EndedJob } from '@verity/domain/jobs/ports';
import type { JobId } from '@verity/protocol/ids';
import type { QueueName } from '@verity/protocol/jobs/schemas';
import { bury, DELIVERED_TOO_OFTEN, MALFORMED } from './bury';
import { Cancelled, WorkerEnds } from './job-failure';
import { Delivery, Lane, type Held, type Reserved } from './lane';
import { readOrders } from './read-orders';
import { runJob } from './run-job';
import { messageOf, settleJob } from './settle-job';
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
const TRY_AGAIN_MS = 500;
const SHOWN_ACTIVE = 100;
/** Of each queue. */
const SHOWN_IN_HAND = 20;
/** Messages of a queue in hand, for each job that may run: the next ones are there when one ends. */
const PREFETCH_FACTOR = 2;
/** Jobs that one call claims at least, when so many are in hand: short ones wait for no round trip each. */
const LEAST_CLAIMED = 16;
/** Jobs that have run and are not on record yet, above which nothing new begins. */
const MOST_UNRECORDED = 2_000;

export async function startWorker(ports: WorkerPorts, settings: WorkerSettings): Promise<Worker> {
  const { id, states, history, broker, registry, clock, log } = ports;
  const lanes = settings.queues.map((queue) => new Lane(queue));
  /** What this worker has claimed and not put on record. */
  const held = new Map<JobId, Held>();
  const claimedAtOnce = Math.max(settings.concurrency, LEAST_CLAIMED);
  const startedAt = clock();
  let ended = 0;
  let unrecorded = 0;
  /** Steps under way that a drain waits for. */
  let steps = 0;
  let stopping = false;
  let idle: (() => void) | undefined;
  /** Ends the waiting of what is tried again and again. */
  const over = new AbortController();

  const step = (work: Promise<void>): void => {
    steps++;
    void work.finally(() => {
      if (--steps === 0) idle?.();
    });
  };

  /** On record before it is acknowledged: history misses nothing that was done. */
  const record = async (job: EndedJob): Promise<void> => {
    for (;;) {
      try {
        return await history.add([job]);
      } catch (err) {
        log.warn({ err }, 'the history of jobs cannot be written; it is tried again');
        await sleep(TRY_AGAIN_MS, undefined, { signal: over.signal });
      }
    }
  };

  /** Whatever is away is away for every message: not at once. */
  const restAfter = async (err: unknown, sentence: string): Promise<void> => {
    log.warn({ err }, sentence);
    await sleep(TRY_AGAIN_MS, undefined, { ref: false });
  };
  const release = (ids: readonly JobId[]): Promise<void> =>
    states
      .release(ids, id)
      .catch((err: unknown) =>
        log.warn({ err }, 'claims were not given back; they end with their lease'),
      );

  /** A claim that is none: the job is over, or elsewhere. */
  const putAside = async (
    { order, delivery }: Reserved,
    queue: QueueName,
    claim: Claim,
  ): Promise<void> => {
    const mine = claim === 'mine' ? held.get(order.id) : undefined;
    if (mine?.order.attempt === order.attempt) return void mine.copies.push(delivery);
    try {
      if (claim === 'held' || claim === 'mine') {
        await broker.publishLater(queue, messageOf(order), HELD_DELAY_MS);
      } else if (claim === 'cancelled' || claim === 'done') {
        // Perhaps who ended it died before the record.
        const job = await states.byId(order.id);
        if (job?.ended_at) await record(endedJobOf(job));
      }
      delivery.done();
    } catch (err) {
      await restAfter(err, 'a job that is elsewhere could not be put aside; it comes again');
      delivery.done(true);
    }
  };

  const claimNext = async (lane: Lane): Promise<void> => {
    const chosen = lane.reserved.takeSome(claimedAtOnce);
    lane.claiming = true;
    try {
      const orders = chosen.map(({ order }) => order);
      const claims = await states.claim(orders, lane.queue, id);
      chosen.forEach((reserved, index) => {
        const claim = claims[index] as Claim;
        if (claim !== 'run') return step(putAside(reserved, lane.queue, claim));
        const job: Held = {
          ...{ ...reserved, queue: lane.queue },
          ...{ stop: new Stop(), copies: [], since: null, settled: false },
        };
        held.set(reserved.order.id, job);
        lane.held.add(job);
      });
      if (stopping || lane.paused) await putBack(lane);
    } catch (err) {
      await release(chosen.map(({ order }) => order.id));
      await restAfter(err, 'jobs could not be claimed; they are tried again');
      for (const { delivery } of chosen) delivery.done(true);
    } finally {
      lane.claiming = false;
      pump(lane);
    }
  };

  const leave = (job: Held, back: boolean): void => {
    held.delete(job.order.id);
    for (const delivery of [job.delivery, ...job.copies]) delivery.done(back);
  };

  const work = async (lane: Lane, job: Held): Promise<void> => {
    job.since = clock();
    let inPlace = true;
    try {
      const end = await runJob(ports, job);
      // Its place is free while what came of it goes to the stores.
      inPlace = false;
      lane.active--;
      unrecorded++;
      pump(lane);
      const outcome = await settleJob(ports, job, end);
      job.settled = true;
      if (outcome.kind === 'over') await record(outcome.job);
      ended++;
      leave(job, outcome.kind === 'back');
    } catch (err) {
      // A store or the broker is away: another worker, or this one later, begins anew.
      if (!job.settled) await release([job.order.id]);
      await restAfter(err, 'a job could not be brought to its end here');
      leave(job, true);
    } finally {
      if (inPlace) lane.active--;
      // Others may have waited for that.
      else if (unrecorded-- === MOST_UNRECORDED) lanes.forEach(pump);
      pump(lane);
    }
  };

  const pump = (lane: Lane): void => {
    while (!stopping && lane.active < settings.concurrency && unrecorded < MOST_UNRECORDED) {
      const next = lane.held.take();
      if (!next) break;
      lane.active++;
      step(work(lane, next));
    }
    const wanted = lane.held.length < claimedAtOnce / 2 && lane.reserved.length > 0;
    if (wanted && !lane.claiming && !stopping) step(claimNext(lane));
  };

  const take = (lane: Lane) => (message: Delivered) => {
    const orders = readOrders(message.body);
    if (!orders) return step(bury(ports, record, message, lane.queue, MALFORMED));
    const delivery = new Delivery(message, orders.length);
    for (const order of orders) lane.reserved.add({ order, delivery });
    pump(lane);
  };

  const listen = async (lane: Lane): Promise<void> => {
    const prefetch = settings.prefetch ?? settings.concurrency * PREFETCH_FACTOR;
    lane.paused = false;
    lane.subscription = await broker.subscribe(lane.queue, prefetch, take(lane));
  };
  /** Gives back what is in hand and not begun. */
  const putBack = async (lane: Lane): Promise<void> => {
    for (const { delivery } of lane.reserved.takeSome()) delivery.done(true);
    const unbegun = lane.held.takeSome();
    await release(unbegun.map(({ order }) => order.id));
    for (const job of unbegun) leave(job, true);
  };

  const state = (): WorkerState => {
    const begun = [...held.values()].filter(({ since, settled }) => since && !settled);
    return {
      id,
      host: hostname(),
      pid: process.pid,
      started_at: startedAt.toISOString(),
      seen_at: clock().toISOString(),
      queues: settings.queues,
      concurrency: settings.concurrency,
      active: begun.slice(0, SHOWN_ACTIVE).map(({ order, since }) => ({
        id: order.id,
        task: order.task,
        since: (since ?? startedAt).toISOString(),
      })),
      reserved: lanes.reduce((sum, lane) => sum + lane.reserved.length + lane.held.length, 0),
      in_hand: lanes.flatMap(({ queue, held: unbegun, reserved }) =>
        [...unbegun.first(SHOWN_IN_HAND), ...reserved.first(SHOWN_IN_HAND)]
          .slice(0, SHOWN_IN_HAND)
          .map(({ order: { id: job, task } }) => ({ id: job, task, queue })),
      ),
      ended,
      rss_bytes: process.memoryUsage.rss(),
    };
  };

  const applyPauses = async (): Promise<void> => {
    const paused = new Set(await registry.pausedQueues());
    for (const lane of lanes) {
      if (paused.has(lane.queue) && lane.subscription) {
        const { subscription } = lane;
        lane.subscription = undefined;
        lane.paused = true;
        await subscription.stop();
        await putBack(lane);
      } else if (!paused.has(lane.queue) && !lane.subscription && !stopping) {
        await listen(lane);
      }
    }
  };

  const beat = async (): Promise<void> => {
    await registry.beat(state());
    const unsettled = [...held.values()].filter(({ settled }) => !settled);
    const { lost, asked } = await states.renew(
      unsettled.map(({ order }) => order.id),
      id,
    );
    for (const job of lost) held.get(job)?.stop.ask(new WorkerEnds());
    for (const job of asked) held.get(job)?.stop.ask(new Cancelled());
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
  const undertaker = await broker.subscribe('dead_letters', 10, (message) =>
    step(bury(ports, record, message, message.diedIn ?? 'default', DELIVERED_TOO_OFTEN)),
  );

  return {
    state,
    async stop(drainMs = 10_000) {
      stopping = true;
      await Promise.all([
        undertaker.stop(),
        ...lanes.map(async (lane) => lane.subscription?.stop()),
      ]);
      for (const lane of lanes) await putBack(lane);
      const drained = new Promise<void>((resolve) => (idle = resolve));
      if (steps > 0) await Promise.race([drained, sleep(drainMs)]);
      for (const { stop } of held.values()) stop.ask(new WorkerEnds());
      if (steps > 0) await Promise.race([drained, sleep(5_000)]);
      over.abort();
      clearInterval(heart);
      await beating;
      await registry.leave(id);
    },
  };
}
