// A worker of a consumer group: takes batches in order, hands them to its handler, commits what that leaves behind.
//
// Its life: hold the lease (ordered groups) -> recover what is pending -> read on until something is wrong -> again.
// It never gives up on its own: whatever Redis or a handler does, it waits and goes on until it is stopped.
import type { Redis } from 'ioredis';
import type { Consumer, Delivered, Effects, Subscription } from '@verity/domain/bus/ports';
import type { StreamName } from '@verity/protocol/streams';
import { answer, BLOCK_MS, isPassing, untilReady } from '../connect';
import { deadLetter, describeError, type DeadLetterReason } from './dead-letter';
import { openEntry, originalOf, type Entry, type Seal } from './envelope';
import { Group, LeaseLost, sealEffects, Taken, type SealedEffects } from './group';
import { Lease } from './lease';
import { BackOff, pause } from './pause';
import type { BusContext } from './settings';

/** The worker is being stopped and waits for nothing any more; what is in hand stays pending. */
class Stopped extends Error {}

type Fetched = Awaited<ReturnType<Group['fetch']>>;

const NOTHING: SealedEffects = { messages: [], changes: [] };

export class Worker<R extends StreamName> implements Subscription {
  private readonly group: Group;
  private readonly lease: Lease | undefined;
  private readonly reader: Redis;
  private readonly batchSize: number;
  /** Aborted when no more is taken. */
  private readonly stopping = new AbortController();
  /** Aborted when the result of the batch in hand will not be taken any more. */
  private inHand = new AbortController();
  private readonly living: Promise<void>;
  private claimAt = 0;

  constructor(
    private readonly consumer: Consumer<R>,
    private readonly context: BusContext,
    private readonly seal: Seal,
  ) {
    const { redis, settings, producerId, newId } = context;
    // Never the name of an earlier life: what that one left pending is found by claiming.
    const name = `${producerId}:${newId()}`;
    const { stream, group } = consumer;
    if (consumer.ordered) {
      this.lease = new Lease(redis.commands, `lease:${stream}:${group}`, name, settings.leaseMs);
    }
    this.group = new Group(redis.commands, stream, group, name, settings.cap, this.lease);
    this.reader = redis.openReader(`${group}@${stream}`);
    this.batchSize = consumer.batchSize ?? settings.batchSize;
    this.living = this.live();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    // Only waits for news; nothing is lost by cutting it.
    this.reader.disconnect();
    const force = setTimeout(() => this.inHand.abort(), this.context.settings.stopMs);
    await this.living;
    clearTimeout(force);
  }

  private async live(): Promise<void> {
    const stopping = this.stopping.signal;
    const backOff = new BackOff(50, 500);
    while (!stopping.aborted) {
      try {
        await untilReady(this.context.redis.commands, 1_000);
        await this.group.create();
        if (!(await this.hold())) break;
        await this.recover();
        backOff.reset();
        await this.readOn();
      } catch (error) {
        if (error instanceof LeaseLost) this.lease?.drop();
        else if (!(error instanceof Stopped)) {
          if (!isPassing(error) && !isGroupGone(error)) {
            this.context.log.error({ ...this.facts, err: error }, 'a worker of the bus stumbled');
          }
          await backOff.wait(stopping);
        }
      }
    }
    this.reader.disconnect();
    await Promise.allSettled([this.lease?.giveUp(), this.group.leave()]);
  }

  /** True with the lease in hand, when the group has one; false at the end. */
  private async hold(): Promise<boolean> {
    if (!this.lease || this.lease.held) return true;
    if (!(await this.lease.take(this.stopping.signal))) return false;
    const inHand = (this.inHand = new AbortController());
    this.lease.lost.addEventListener('abort', () => inHand.abort(), { once: true });
    return true;
  }

  /** Handles what is pending, one by one and in order: the batch that it came in may be what killed its reader. */
  private async recover(): Promise<void> {
    const { minIdleMs } = this.context.settings;
    // Who holds the lease knows that nobody else is at work on anything.
    await this.group.claim(this.lease ? 0 : minIdleMs);
    this.claimAt = performance.now() + minIdleMs / 2;
    let after = '0-0';
    for (;;) {
      const page = await this.group.pending(after);
      for (const { id, deliveries } of page) {
        if (this.stopping.signal.aborted) return;
        await this.handleAlone(id, deliveries);
        after = id;
      }
      if (page.length === 0) return;
    }
  }

  private async readOn(): Promise<void> {
    let ahead: Promise<Fetched> | undefined;
    while (!this.stopping.signal.aborted) {
      if (!ahead && !this.lease && performance.now() >= this.claimAt) await this.recover();
      const { entries, newest } = await (ahead ?? this.group.fetch(this.batchSize));
      ahead = undefined;
      if (entries.length === 0) {
        await this.untilNews(newest);
        continue;
      }
      // Where more waits, it is fetched while this batch is handled. Only under a lease: there it cannot be claimed.
      if (this.lease && entries.length === this.batchSize) {
        ahead = this.group.fetch(this.batchSize);
        ahead.catch(() => undefined);
      }
      await this.handleBatch(entries);
    }
    // What was fetched ahead belongs to the batch in hand.
    if (ahead) await this.handleBatch((await ahead).entries);
  }

  /** Waits for an entry after `id`, without taking it. */
  private async untilNews(id: string): Promise<void> {
    const blockMs = Math.min(BLOCK_MS, Math.max(1, this.context.settings.minIdleMs / 2));
    try {
      await untilReady(this.reader, 1_000);
      await answer(
        this.reader.xread(
          'COUNT',
          1,
          'BLOCK',
          Math.ceil(blockMs),
          'STREAMS',
          this.consumer.stream,
          id,
        ),
      );
    } catch (error) {
      if (!this.stopping.signal.aborted) throw error;
    }
  }

  private async handleBatch(entries: Entry[]): Promise<void> {
    const batch: Delivered<R>[] = [];
    for (const entry of entries) {
      try {
        batch.push(openEntry(this.consumer.stream, entry));
      } catch (error) {
        await this.bury(entry, 'unreadable', error, 1);
      }
    }
    if (batch.length === 0) return;
    const ids = batch.map(({ entryId }) => entryId);
    try {
      await this.commit(ids, await this.handle(batch));
    } catch (error) {
      if (error instanceof LeaseLost || error instanceof Stopped) throw error;
      if (!(error instanceof Taken)) {
        this.context.log.warn(
          { ...this.facts, messages: ids.length, error: describeError(error) },
          'a batch failed; its messages are handled one by one',
        );
      }
      // A batch of one has failed alone already.
      const failure = ids.length === 1 && !(error instanceof Taken) ? error : undefined;
      for (const id of ids) {
        if (this.stopping.signal.aborted) return;
        await this.handleAlone(id, 1, failure);
      }
    }
  }

  /** Delivers one message until it is handled, has become a dead letter, or is somebody else's. */
  private async handleAlone(id: string, delivered: number, failed?: unknown): Promise<void> {
    const { retries, retryDelayMs } = this.context.settings;
    let failure = failed;
    for (let deliveries = delivered; ;) {
      if (failure !== undefined) {
        await this.wait(retryDelayMs * 2 ** Math.min(deliveries - 1, 8), deliveries <= retries);
      }
      const again = await this.group.redeliver(id);
      if (!again) return;
      if (deliveries > retries) {
        const reason = failure === undefined ? 'reader-died' : 'handler-failed';
        return this.bury(again.entry, reason, failure ?? new ReaderDied(), deliveries);
      }
      deliveries = again.deliveries;
      let message: Delivered<R>;
      try {
        message = openEntry(this.consumer.stream, again.entry, deliveries - 1);
      } catch (error) {
        return this.bury(again.entry, 'unreadable', error, deliveries);
      }
      try {
        return await this.commit([id], await this.handle([message]));
      } catch (error) {
        if (error instanceof Taken) return;
        if (error instanceof LeaseLost || error instanceof Stopped) throw error;
        failure = error;
      }
    }
  }

  /** Runs the handler until it answers or fails for a reason of its own. */
  private async handle(batch: Delivered<R>[]): Promise<SealedEffects> {
    const { signal } = this.inHand;
    const alive = this.lease ? undefined : this.stayAlive(batch.map(({ entryId }) => entryId));
    try {
      return await this.throughTrouble(async () => {
        const effects: Effects | void = await this.consumer.handle(batch, signal);
        return sealEffects(this.seal, effects);
      });
    } catch (error) {
      // A handler that obeys its signal has not failed.
      if (!signal.aborted) throw error;
      throw this.lease?.held === false ? new LeaseLost() : new Stopped();
    } finally {
      clearInterval(alive);
    }
  }

  private async commit(ids: string[], effects: SealedEffects): Promise<void> {
    await this.throughTrouble(() => this.group.commit(ids, effects));
  }

  private async bury(
    entry: Entry,
    reason: DeadLetterReason,
    error: unknown,
    attempts: number,
  ): Promise<void> {
    const { stream, group } = this.consumer;
    const facts = { ...this.facts, entry: entry[0], reason, error: describeError(error), attempts };
    this.context.log.error(facts, 'a message became a dead letter');
    const payload = deadLetter({
      stream,
      original: originalOf(entry),
      failedAt: this.context.clock(),
      reason,
      error,
      group,
      attempts,
    });
    // A dead letter that cannot be handled lies in its stream already.
    const effects =
      stream === 'stream:dead_letter'
        ? NOTHING
        : sealEffects(this.seal, { publish: [{ stream: 'stream:dead_letter', payload }] });
    try {
      await this.commit([entry[0]], effects);
    } catch (failure) {
      if (!(failure instanceof Taken)) throw failure;
    }
  }

  /** Tries again for as long as the trouble is the world's; a message is not to blame for it. */
  private async throughTrouble<T>(step: () => Promise<T>): Promise<T> {
    const backOff = new BackOff(50, 2_000);
    for (;;) {
      try {
        return await step();
      } catch (error) {
        if (!isPassing(error)) throw error;
        if (this.lease?.held === false) throw new LeaseLost();
        if (this.stopping.signal.aborted) throw new Stopped();
        await backOff.wait(this.stopping.signal);
      }
    }
  }

  private async wait(ms: number, needed: boolean): Promise<void> {
    if (!needed) return;
    await pause(ms, this.stopping.signal);
    if (this.stopping.signal.aborted) throw new Stopped();
  }

  /** A long batch must not look like a dead consumer. */
  private stayAlive(ids: string[]): NodeJS.Timeout {
    return setInterval(
      () => void this.group.touch(ids).catch(() => undefined),
      this.context.settings.minIdleMs / 3,
    );
  }

  private get facts(): { stream: string; group: string } {
    return { stream: this.consumer.stream, group: this.consumer.group };
  }
}

class ReaderDied extends Error {
  override name = 'ReaderDied';
}

/** Redis has lost the group, its data with it or not: it is made again. */
const isGroupGone = (error: unknown): boolean =>
  error instanceof Error && error.message.startsWith('NOGROUP');
