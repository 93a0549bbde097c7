// Specs of reading again and again: the pause between, and the end.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { again } from './again';

describe('reading again and again', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('pauses after each reading, however long that took', async () => {
    const read = vi.fn(() => new Promise<void>((done) => setTimeout(done, 300)));
    const stop = again(read, 1_000);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(read).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1_299);
    expect(read).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(read).toHaveBeenCalledTimes(2);
    stop();
  });

  it('ends with a reading that was under way when it was stopped', async () => {
    const read = vi.fn(() => new Promise<void>((done) => setTimeout(done, 300)));
    const stop = again(read, 1_000);
    await vi.advanceTimersByTimeAsync(1_100);
    stop();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(read).toHaveBeenCalledTimes(1);
  });
});
