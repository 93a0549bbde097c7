// A Lua script that Redis runs as one atomic step, called by digest and sent in full only when Redis lacks it.
import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { redisFault } from './connect';

export interface Script {
  /** Keys get the connection's prefix. Throws `unavailable` or `back-pressure`; answers are shaped as in RESP2. */
  run(redis: Redis, keys: string[], args: (string | number)[]): Promise<unknown>;
}

export function script(lua: string): Script {
  const digest = createHash('sha1').update(lua).digest('hex');
  return {
    async run(redis, keys, args) {
      try {
        return await redis.evalsha(digest, keys.length, ...keys, ...args);
      } catch (error) {
        if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) {
          throw redisFault(error);
        }
      }
      try {
        return await redis.eval(lua, keys.length, ...keys, ...args);
      } catch (error) {
        throw redisFault(error);
      }
    },
  };
}
