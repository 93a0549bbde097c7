// Rates of callers, counted in Redis over all processes.
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { Fault } from '@verity/protocol/faults';
import { redisFault, type RedisConnections } from './connect';

export interface Allowance {
  allowed: boolean;
  /** Calls left in this minute, and seconds until it is over. */
  remaining: number;
  resetSeconds: number;
}

export const tooFast = (ms: number): Fault => {
  const retryAfterSeconds = Math.max(1, Math.ceil(ms / 1000));
  return new Fault('too-fast', 'That was too often.', {
    fix: `Wait ${retryAfterSeconds} s and try again.`,
    retryAfterSeconds,
  });
};

/** A limiter rejects with its result when the limit is reached, and with an error when its store fails. */
export const limitFault = (rejection: unknown): unknown =>
  rejection instanceof RateLimiterRes ? tooFast(rejection.msBeforeNext) : redisFault(rejection);

/**
 * Of a wide limit a process takes a tenth of a second at once and gives it out from memory: a proxy that asks a thousand
 * times a second costs Redis ten writes. So much of the limit may go unused, and no more than the limit is ever given.
 */
const BLOCKS_A_MINUTE = 600;
/** Callers with a block in hand; beyond these all blocks are forgotten. */
const MOST_BLOCKS = 10_000;

interface Block {
  left: number;
  /** In Redis beyond the block. */
  remaining: number;
  /** On the monotonic clock. */
  endsAtMs: number;
}

/** Counts one call of `key` out of `perMinute`. Throws `unavailable` without Redis: nobody passes uncounted. */
export function createAllowance({
  commands,
}: Pick<RedisConnections, 'commands'>): (key: string, perMinute: number) => Promise<Allowance> {
  const limiters = new Map<number, RateLimiterRedis>();
  const limiterOf = (perMinute: number): RateLimiterRedis => {
    let found = limiters.get(perMinute);
    if (!found) {
      found = new RateLimiterRedis({
        storeClient: commands,
        keyPrefix: `rate:${perMinute}`,
        points: perMinute,
        duration: 60,
        // Who floods is refused from memory, and Redis hears nothing of it.
        inMemoryBlockOnConsumed: perMinute + 1,
      });
      limiters.set(perMinute, found);
    }
    return found;
  };
  /** Takes `points` out of the minute of `key`, unless they are no longer there. */
  const take = async (
    key: string,
    perMinute: number,
    points: number,
  ): Promise<{ taken: boolean; remaining: number; msLeft: number }> => {
    const told = ({ remainingPoints, msBeforeNext }: RateLimiterRes, taken: boolean) => ({
      taken,
      remaining: Math.max(0, remainingPoints),
      msLeft: msBeforeNext,
    });
    try {
      return told(await limiterOf(perMinute).consume(key, points), true);
    } catch (rejection) {
      if (rejection instanceof RateLimiterRes) return told(rejection, false);
      throw redisFault(rejection);
    }
  };

  const blocks = new Map<string, Block>();
  const taking = new Map<string, Promise<Allowance | null>>();

  /** Null once there is a block in hand; else what Redis said instead. */
  const takeBlock = async (name: string, key: string, perMinute: number, points: number) => {
    const { taken, remaining, msLeft } = await take(key, perMinute, points);
    if (!taken) return { allowed: false, remaining: 0, resetSeconds: wholeSeconds(msLeft) };
    if (blocks.size >= MOST_BLOCKS) blocks.clear();
    blocks.set(name, { left: points, remaining, endsAtMs: performance.now() + msLeft });
    return null;
  };

  return async (key, perMinute) => {
    const points = Math.floor(perMinute / BLOCKS_A_MINUTE);
    if (points <= 1) {
      const { taken, remaining, msLeft } = await take(key, perMinute, 1);
      return { allowed: taken, remaining, resetSeconds: wholeSeconds(msLeft) };
    }
    const name = `${perMinute}:${key}`;
    for (;;) {
      const block = blocks.get(name);
      const msLeft = (block?.endsAtMs ?? 0) - performance.now();
      if (block && block.left > 0 && msLeft > 0) {
        block.left--;
        const remaining = block.remaining + block.left;
        return { allowed: true, remaining, resetSeconds: wholeSeconds(msLeft) };
      }
      let under = taking.get(name);
      if (!under) {
        under = takeBlock(name, key, perMinute, points).finally(() => taking.delete(name));
        taking.set(name, under);
      }
      const refused = await under;
      if (refused) return refused;
    }
  };
}

const wholeSeconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1000));
