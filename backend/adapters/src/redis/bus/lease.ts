// A lease: one holder at a time, kept by renewing it, free again when its holder is silent for too long.
import type { Redis } from 'ioredis';
import { answer } from '../connect';
import { giveUpScript, renewScript } from '../lua/lease';
import { pause } from '../../pause';

export class Lease {
  private renewals: NodeJS.Timeout | undefined;
  private lostController = new AbortController();
  /** By the monotonic clock of this process: until then nobody else can hold it. */
  private safeUntil = 0;

  private tenure = 0;

  /** @param holder names who takes it, and nobody else, ever. */
  constructor(
    private readonly redis: Redis,
    readonly key: string,
    private readonly holder: string,
    private readonly ttlMs: number,
  ) {}

  /** The value of the key while this tenure lasts. */
  get token(): string {
    return `${this.holder}#${this.tenure}`;
  }

  /** Aborted when the lease that was taken last is no longer held. */
  get lost(): AbortSignal {
    return this.lostController.signal;
  }

  get held(): boolean {
    return this.renewals !== undefined;
  }

  /** Tries until it holds the lease (true) or `signal` is aborted (false). Throws `unavailable`. */
  async take(signal: AbortSignal): Promise<boolean> {
    this.tenure++;
    while (!signal.aborted) {
      const asked = performance.now();
      const taken = await answer(this.redis.set(this.key, this.token, 'PX', this.ttlMs, 'NX'));
      // The answer to an earlier try may have been lost.
      if (taken === 'OK' || (await this.renewOnce())) {
        this.lostController = new AbortController();
        this.safeUntil = asked + this.ttlMs;
        this.renewals = setInterval(() => void this.renew(), this.ttlMs / 3);
        return true;
      }
      await pause(this.ttlMs / 3, signal);
    }
    return false;
  }

  async giveUp(): Promise<void> {
    if (!this.held) return;
    this.drop();
    await giveUpScript.run(this.redis, [this.key], [this.token]);
  }

  /** Forgets the lease without a word to Redis, as when it turned out to be somebody else's. */
  drop(): void {
    clearInterval(this.renewals);
    this.renewals = undefined;
    this.lostController.abort();
  }

  private async renew(): Promise<void> {
    const asked = performance.now();
    try {
      if (!(await this.renewOnce())) this.drop();
      else this.safeUntil = asked + this.ttlMs;
    } catch {
      // Redis is away, which its connection reports; until the time is over nobody else can have it.
      if (performance.now() >= this.safeUntil) this.drop();
    }
  }

  private async renewOnce(): Promise<boolean> {
    return (await renewScript.run(this.redis, [this.key], [this.token, this.ttlMs])) === 1;
  }
}
