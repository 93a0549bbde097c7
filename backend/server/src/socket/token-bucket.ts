// A token bucket: so many a second, with a burst, for the price of two numbers.

export class TokenBucket {
  private tokens: number;
  private filledAt: number;

  /** Times are monotonic milliseconds. */
  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
    nowMs: number,
  ) {
    this.tokens = burst;
    this.filledAt = nowMs;
  }

  /** Takes one and answers 0, or answers after how many milliseconds there will be one. */
  take(nowMs: number): number {
    const gained = ((nowMs - this.filledAt) / 1000) * this.perSecond;
    this.tokens = Math.min(this.burst, this.tokens + Math.max(0, gained));
    this.filledAt = nowMs;
    if (this.tokens < 1) return Math.ceil(((1 - this.tokens) / this.perSecond) * 1000);
    this.tokens -= 1;
    return 0;
  }
}
