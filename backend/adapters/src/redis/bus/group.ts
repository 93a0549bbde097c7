// One worker's view of its consumer group: every step in Redis that a worker takes, fenced by its lease.
import type { Redis } from 'ioredis';
import type { Outgoing, Effects } from '@verity/domain/bus/ports';
import type { StreamName } from '@verity/protocol/streams';
import { answer } from '../connect';
import {
  claimScript,
  commitMessagesScript,
  commitSpanScript,
  fetchScript,
  leaveScript,
  redeliverScript,
} from '../lua/group';
import type { Script } from '../script';
import type { Entry, Seal } from './envelope';
import type { Lease } from './lease';
import { streamFull } from './publisher';

/** The lease is somebody else's: whatever is in hand is theirs now. */
export class LeaseLost extends Error {}
/** Some messages of the batch were claimed by others; nothing of it was committed. */
export class Taken extends Error {}

/** Effects with their messages validated and sealed, so that committing them again writes the very same. */
export interface SealedEffects {
  messages: { stream: StreamName; envelope: string }[];
  changes: NonNullable<Effects['state']>;
}

/** A batch between two positions of a group. */
export interface Span {
  after: string;
  to: string;
  length: number;
}

export function sealEffects(seal: Seal, effects: Effects | void): SealedEffects {
  return {
    messages: (effects?.publish ?? []).map((message: Outgoing) => ({
      stream: message.stream,
      envelope: seal(message.stream, message.payload, message),
    })),
    changes: effects?.state ?? [],
  };
}

export class Group {
  private readonly keys: string[];

  constructor(
    private readonly redis: Redis,
    private readonly stream: string,
    private readonly group: string,
    private readonly consumer: string,
    private readonly cap: number,
    private readonly lease: Lease | undefined,
  ) {
    // A group without a lease names its stream twice, so that the keys keep their places.
    this.keys = [stream, lease?.key ?? stream];
  }

  /** Makes the group, from the very first message on; false when it is there already. */
  async create(): Promise<boolean> {
    try {
      await answer(this.redis.xgroup('CREATE', this.stream, this.group, '0', 'MKSTREAM'));
      return true;
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('BUSYGROUP'))) throw error;
      return false;
    }
  }

  /** The next messages; without any, the id after which the next one will come. */
  async fetch(count: number): Promise<{ entries: Entry[]; newest: string }> {
    const [entries, newest] = (await this.step(fetchScript, [count])) as [Entry[], string];
    return { entries, newest };
  }

  /** Moves every message that was left alone for `idleMs` to this consumer. */
  async claim(idleMs: number): Promise<void> {
    let cursor = '0-0';
    do {
      [cursor] = (await this.step(claimScript, [idleMs, cursor])) as [string, number];
    } while (cursor !== '0-0');
  }

  /** What is pending with this consumer, oldest first, after `afterId`. */
  async pending(afterId: string): Promise<{ id: string; deliveries: number }[]> {
    const rows = (await answer(
      this.redis.xpending(this.stream, this.group, `(${afterId}`, '+', 100, this.consumer),
    )) as [string, string, number, number][];
    return rows.map(([id, , , deliveries]) => ({ id, deliveries }));
  }

  /** Delivers a pending message once more; null when it is not ours any longer. */
  async redeliver(id: string): Promise<{ deliveries: number; entry: Entry } | null> {
    const [deliveries, entry] = (await this.step(redeliverScript, [id])) as [number, Entry?];
    return entry ? { deliveries, entry } : null;
  }

  /** Tells the group that this consumer is alive and at work on these messages. */
  async touch(ids: string[]): Promise<void> {
    await answer(this.redis.xclaim(this.stream, this.group, this.consumer, 0, ...ids, 'JUSTID'));
  }

  /** The id up to which everything was delivered: what comes next comes after it. */
  async position(): Promise<string> {
    const groups = (await answer(this.redis.xinfo('GROUPS', this.stream))) as unknown[][];
    const mine = groups.find((fields) => fields[fields.indexOf('name') + 1] === this.group);
    if (!mine) throw new Error('NOGROUP the group is gone');
    return String(mine[mine.indexOf('last-delivered-id') + 1]);
  }

  /**
   * Acknowledges pending messages and applies the effects in one step. A commit that was made before, its answer
   * lost, counts once. Throws LeaseLost, Taken, `back-pressure`, `unavailable`.
   */
  commitMessages(ids: string[], effects: SealedEffects): Promise<void> {
    return this.commit(commitMessagesScript, ids, effects);
  }

  /** The same for everything between two positions of an ordered group, read there without being delivered. */
  commitSpan({ after, to, length }: Span, effects: SealedEffects): Promise<void> {
    return this.commit(commitSpanScript, [after, to, length], effects);
  }

  private async commit(
    script: Script,
    acknowledged: (string | number)[],
    { messages, changes }: SealedEffects,
  ): Promise<void> {
    const keys: string[] = [];
    const args = [this.cap, acknowledged.length, messages.length, changes.length, ...acknowledged];
    const placeOf = new Map<string, number>();
    const place = (key: string): number => {
      let index = placeOf.get(key);
      if (index === undefined) placeOf.set(key, (index = this.keys.length + keys.push(key)));
      return index;
    };
    for (const { stream, envelope } of messages) args.push(place(stream), envelope);
    for (const { key, value, ttlSeconds = 0 } of changes) {
      args.push(place(key), value === null ? -1 : ttlSeconds, value ?? '');
    }
    const outcome = (await this.step(script, args, keys)) as string;
    if (outcome === 'done' || outcome === 'before') return;
    if (outcome === 'taken') throw new Taken();
    throw streamFull(outcome, this.cap);
  }

  /** Leaves the group, unless messages are still pending with this consumer. */
  async leave(): Promise<void> {
    await leaveScript.run(this.redis, [this.stream], [this.group, this.consumer]);
  }

  private async step(
    script: Script,
    args: (string | number)[],
    keys: string[] = [],
  ): Promise<unknown> {
    const who = [this.group, this.consumer, this.lease?.token ?? ''];
    const reply = await script.run(this.redis, [...this.keys, ...keys], [...who, ...args]);
    // Lua's false.
    if (reply === null) throw new LeaseLost();
    return reply;
  }
}
