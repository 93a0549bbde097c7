// Group commit: what is asked for while a round trip is under way shares the next one, in the order it was asked.
import { Fault } from '@verity/protocol/faults';

interface Waiting<Item, Result> {
  item: Item;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

export class GroupCommit<Item, Result> {
  private waiting: Waiting<Item, Result>[] = [];
  private flying = 0;
  private drained: (() => void)[] = [];

  /**
   * @param flush takes items in order and answers each with its result or its own error; when it throws, all fail.
   * @param limits items of one flush, flushes under way at once (their order is kept by the connection), and items
   *   that may wait before `add` refuses with `back-pressure`.
   */
  constructor(
    private readonly flush: (items: Item[]) => Promise<(Result | Error)[]>,
    private readonly limits: { perFlush: number; flushes: number; waiting: number },
  ) {}

  add(item: Item): Promise<Result> {
    if (this.waiting.length >= this.limits.waiting) {
      return Promise.reject(
        new Fault('back-pressure', 'Too many messages of this process wait to be written.', {
          fix: 'Send more slowly.',
          retryAfterSeconds: 1,
        }),
      );
    }
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      // A microtask later, so that all of one tick go together.
      if (this.waiting.length === 1) queueMicrotask(() => this.pump());
    });
  }

  /** Resolves when nothing waits and nothing is under way. */
  async drain(): Promise<void> {
    if (this.waiting.length === 0 && this.flying === 0) return;
    await new Promise<void>((resolve) => this.drained.push(resolve));
  }

  private pump(): void {
    while (this.waiting.length > 0 && this.flying < this.limits.flushes) {
      // With one flush under way already, a second one waits until it is worth its round trip.
      if (this.flying > 0 && this.waiting.length < this.limits.perFlush) return;
      void this.send(this.waiting.splice(0, this.limits.perFlush));
    }
  }

  private async send(group: Waiting<Item, Result>[]): Promise<void> {
    this.flying++;
    try {
      const results = await this.flush(group.map(({ item }) => item));
      group.forEach(({ resolve, reject }, index) => {
        const result = results[index];
        if (result instanceof Error) reject(result);
        else resolve(result as Result);
      });
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
    this.flying--;
    this.pump();
    if (this.waiting.length === 0 && this.flying === 0) {
      for (const resolve of this.drained.splice(0)) resolve();
    }
  }
}
