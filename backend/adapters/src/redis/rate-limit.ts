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
  return async (key, perMinute) => {
    const told = (
      { remainingPoints, msBeforeNext }: RateLimiterRes,
      allowed: boolean,
    ): Allowance => ({
      allowed,
      remaining: Math.max(0, remainingPoints),
      resetSeconds: Math.max(1, Math.ceil(msBeforeNext / 1000)),
    });
    try {
      return told(await limiterOf(perMinute).consume(key), true);
    } catch (rejection) {
      if (rejection instanceof RateLimiterRes) return told(rejection, false);
      throw redisFault(rejection);
    }
  };
}
