// What a worker has in hand of one queue: messages that were delivered, and jobs in them that are not begun.
import type { JobOrder, QueueName } from '@verity/protocol/jobs/schemas';
import type { Stop } from './stop';
import type { Delivered } from './worker-ports';

/** A message with the jobs in it that are not over yet. */
export class Delivery {
  #left: number;
  #back = false;
  constructor(
    private readonly message: Delivered,
    count: number,
  ) {
    this.#left = count;
  }

  /** One of its jobs is over; `back`: it is to be delivered again, which those that are over do not mind. */
  done(back = false): void {
    this.#back ||= back;
    if (--this.#left > 0) return;
    if (this.#back) this.message.requeue();
    else this.message.ack();
  }
}

/** Delivered, and not asked for in Redis. */
export interface Reserved {
  readonly order: JobOrder;
  readonly delivery: Delivery;
}

/** Claimed: nobody else runs it while the lease lasts. */
export interface Held extends Reserved {
  readonly queue: QueueName;
  readonly stop: Stop;
  /** The same job, delivered again meanwhile. */
  readonly copies: Delivery[];
  /** Null while it waits for its turn. */
  since: Date | null;
  /** Its claim is given up: what is left is to put it on record. */
  settled: boolean;
}

/** First in, first out. Those that were taken go when they are many: to shift each would move all the others. */
export class Row<T> {
  #items: T[] = [];
  #next = 0;

  get length(): number {
    return this.#items.length - this.#next;
  }

  add(item: T): void {
    this.#items.push(item);
  }

  first(count: number): readonly T[] {
    return this.#items.slice(this.#next, this.#next + count);
  }

  take(): T | undefined {
    const taken = this.#items[this.#next];
    if (taken === undefined) return undefined;
    if (++this.#next > 1_000) {
      this.#items = this.#items.slice(this.#next);
      this.#next = 0;
    }
    return taken;
  }

  /** The first `most`, or all that is left. */
  takeSome(most = this.length): T[] {
    return Array.from({ length: Math.min(most, this.length) }, () => this.take() as T);
  }
}

export class Lane {
  readonly reserved = new Row<Reserved>();
  /** Claimed, and not begun. */
  readonly held = new Row<Held>();
  /** Handlers that run. */
  active = 0;
  claiming = false;
  paused = false;
  subscription: { stop(): Promise<void> } | undefined;
  constructor(readonly queue: QueueName) {}
}
