// A worker of a consumer group: takes batches in order, hands them to its handler, commits what that leaves behind.
//
// Its life: hold the lease (ordered groups) -> recover what is pending -> read on until something is wrong -> again.
// It never gives up on its own: whatever Redis or a handler does, it waits and goes on until it is stopped.
//
// An ordered group has one reader, so a batch needs no accounts: it is read after the group's position, and its commit
// moves the position. Only what failed, or may have killed a reader, is delivered message by message: Redis then keeps
// who has it and how often it was tried. A group without order works that way always.
import type { Redis } from 'ioredis';
import type { Consumer, Delivered, Effects, Subscription } from '@verity/domain/bus/ports';
import type { StreamName } from '@verity/protocol/streams';
import { answer, BLOCK_MS, isPassing, redisFault, untilReady } from '../connect';
import { deadLetter, describeError, type DeadLetterReason } from './dead-letter';
import { openEntry, originalOf, type Entry, type Seal } from './envelope';
import { Group, LeaseLost, sealEffects, Taken, type SealedEffects, type Span } from './group';
import { Lease } from './lease';
import { BackOff, pause } from '../../pause';
import type { BusContext } from './settings';
import { handling, within } from './tracing';

/** The worker is being stopped and waits for nothing any more; what is in hand stays pending. */
class Stopped extends Error {}

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
  private suspicious = false;

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
        const isNew = await this.group.create();
        if (!(await this.hold(isNew))) break;
        await this.recover();
        backOff.reset();
        await (this.lease ? this.readInOrder() : this.readShared());
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
    await Promise.allSettled([this.leaveLease(), this.group.leave()]);
  }

  /** True with the lease in hand, when the group has one; false at the end. */
  private async hold(isNew: boolean): Promise<boolean> {
    if (!this.lease || this.lease.held) return true;
    if (!(await this.lease.take(this.stopping.signal))) return false;
    const clean = (await answer(this.context.redis.commands.del(this.cleanKey))) === 1;
    this.suspicious = !clean && !isNew;
    const inHand = (this.inHand = new AbortController());
    this.lease.lost.addEventListener('abort', () => inHand.abort(), { once: true });
    return true;
  }

  /** Leaves word, in the order of one connection, that nothing was in hand when the lease was given up. */
  private async leaveLease(): Promise<void> {
    if (!this.lease?.held) return;
    await Promise.all([this.context.redis.commands.set(this.cleanKey, '1'), this.lease.giveUp()]);
  }

  private get cleanKey(): string {
    return `${this.lease?.key}:clean`;
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
      if (page.length === 0) break;
    }
    if (!this.suspicious) return;
    // The last holder of the lease did not say goodbye: something in the batch that it had in hand may be the reason.
    await this.handleOneByOne((await this.group.fetch(this.batchSize)).entries);
    this.suspicious = false;
  }

  /** Reads batches after the group's position; the next one already while one is handled, where more waits. */
  private async readInOrder(): Promise<void> {
    let after = await this.group.position();
    let ahead: ReturnType<typeof begun<Entry[]>> | undefined;
    while (!this.stopping.signal.aborted) {
      const entries = await (ahead ? ahead() : this.read(after, this.batchSize, BLOCK_MS));
      ahead = undefined;
      const to = entries.at(-1)?.[0];
      if (to === undefined) continue;
      if (entries.length === this.batchSize) ahead = begun(this.read(to, this.batchSize));
      await this.handleSpan({ after, to, length: entries.length }, entries);
      after = to;
    }
  }

  private async handleSpan(span: Span, entries: Entry[]): Promise<void> {
    let failure: unknown;
    try {
      const batch = entries.map((entry) => openEntry(this.consumer.stream, entry));
      const effects = await this.handle(batch);
      return await this.throughTrouble(() => this.group.commitSpan(span, effects));
    } catch (error) {
      if (error instanceof LeaseLost || error instanceof Stopped) throw error;
      failure = error;
    }
    this.noteFailure(entries.length, failure);
    // Nothing of it was committed, so the group delivers the very same.
    await this.handleOneByOne((await this.group.fetch(span.length)).entries, failure);
  }

  private async readShared(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      if (performance.now() >= this.claimAt) await this.recover();
      const { entries, newest } = await this.group.fetch(this.batchSize);
      if (entries.length > 0) await this.handleBatch(entries);
      // Only a look at whether there is news; what comes is delivered to whoever fetches it first.
      else await this.read(newest, 1, Math.min(BLOCK_MS, this.context.settings.minIdleMs / 2));
    }
  }

  /** Entries after an id, without taking them; waits for some when `blockMs` is given. */
  private async read(after: string, count: number, blockMs?: number): Promise<Entry[]> {
    const { stream } = this.consumer;
    try {
      await untilReady(this.reader, 1_000);
      const reply = await answer<[string, Entry[]][] | null>(
        blockMs === undefined
          ? this.reader.xread('COUNT', count, 'STREAMS', stream, after)
          : this.reader.xread(
              'COUNT',
              count,
              'BLOCK',
              Math.ceil(blockMs),
              'STREAMS',
              stream,
              after,
            ),
      );
      return reply?.[0]?.[1] ?? [];
    } catch (error) {
      if (this.stopping.signal.aborted) return [];
      throw error;
    }
  }

  private async handleBatch(entries: Entry[]): Promise<void> {
    let failure: unknown;
    try {
      const batch = entries.map((entry) => openEntry(this.consumer.stream, entry));
      return await this.commit(
        entries.map(([id]) => id),
        await this.handle(batch),
      );
    } catch (error) {
      if (error instanceof Stopped) throw error;
      failure = error;
    }
    this.noteFailure(entries.length, failure);
    await this.handleOneByOne(entries, failure);
  }

  private async handleOneByOne(entries: Entry[], failure?: unknown): Promise<void> {
    // A batch of one has failed alone already; one that others took a part of has not failed at all.
    const known = entries.length === 1 && !(failure instanceof Taken) ? failure : undefined;
    for (const [id] of entries) {
      if (this.stopping.signal.aborted) return;
      await this.handleAlone(id, 1, known);
    }
  }

  private noteFailure(messages: number, error: unknown): void {
    if (error instanceof Taken) return;
    const facts = { ...this.facts, messages, error: describeError(error) };
    this.context.log.warn(facts, 'a batch failed; its messages are handled one by one');
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
        return this.bury(again.entry, 'unreadable', error, 1);
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
      const { group, name = group } = this.consumer;
      const spans = handling(this.context.tracer, name, group, batch);
      return await within(spans, () =>
        this.throughTrouble(async () => {
          const effects: Effects | void = await this.consumer.handle(batch, signal);
          return sealEffects(this.seal, effects);
        }),
      );
    } catch (error) {
      // A handler that obeys its signal has not failed.
      if (!signal.aborted) throw error;
      throw this.lease?.held === false ? new LeaseLost() : new Stopped();
    } finally {
      clearInterval(alive);
    }
  }

  private async commit(ids: string[], effects: SealedEffects): Promise<void> {
    await this.throughTrouble(() => this.group.commitMessages(ids, effects));
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
    const touch = (): void => {
      this.group.touch(ids).catch((error: unknown) => {
        // While Redis is away nobody else can take them either; its connection reports that.
        if (isPassing(redisFault(error))) return;
        this.context.log.error({ ...this.facts, err: error }, 'messages in hand look abandoned');
      });
    };
    return setInterval(touch, this.context.settings.minIdleMs / 3);
  }

  private get facts(): { stream: string; group: string } {
    return { stream: this.consumer.stream, group: this.consumer.group };
  }
}

/** Work under way whose failure, like its result, waits until it is asked for. */
function begun<T>(work: Promise<T>): () => Promise<T> {
  const settled = Promise.allSettled([work]);
  return async () => {
    const [outcome] = await settled;
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  };
}

class ReaderDied extends Error {
  override name = 'ReaderDied';
}

/** Redis has lost the group, its data with it or not: it is made again. */
const isGroupGone = (error: unknown): boolean =>
  error instanceof Error && error.message.startsWith('NOGROUP');
