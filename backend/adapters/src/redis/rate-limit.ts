// Rates of callers, counted in Redis over all processes.
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { Fault } from '@verity/protocol/faults';
import { redisFault, type RedisConnections } from './connect';

export interface RateLimit {
  /** Counts one call; throws `too-fast` after `points` of them within `seconds`, `unavailable` without Redis. */
  hit(name: string, key: string, points: number, seconds: number): Promise<void>;
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

export function createRateLimit({ commands }: Pick<RedisConnections, 'commands'>): RateLimit {
  const limiters = new Map<string, RateLimiterRedis>();
  const limiter = (name: string, points: number, seconds: number): RateLimiterRedis => {
    const rule = `${name}:${points}:${seconds}`;
    let found = limiters.get(rule);
    if (!found) {
      found = new RateLimiterRedis({
        storeClient: commands,
        keyPrefix: `rate:${rule}`,
        points,
        duration: seconds,
        // Who floods is refused from memory, and Redis hears nothing of it.
        inMemoryBlockOnConsumed: points + 1,
      });
      limiters.set(rule, found);
    }
    return found;
  };
  return {
    async hit(name, key, points, seconds) {
      try {
        await limiter(name, points, seconds).consume(key);
      } catch (rejection) {
        throw limitFault(rejection);
      }
    },
  };
}
