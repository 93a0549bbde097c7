// The sign-in throttle: 5 failures of an account or 50 of an address in 15 minutes, then a block that grows.
import { createHash } from 'node:crypto';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import type { SignInThrottle } from '@verity/domain/identity/ports';
import { redisFault, type RedisConnections } from './connect';
import { limitFault } from './rate-limit';

const WINDOW_SECONDS = 15 * 60;
const ACCOUNT_FAILURES = 5;
const ADDRESS_FAILURES = 50;
/** The first block of an account; each further one within a day is twice as long. */
const FIRST_BLOCK_SECONDS = 60;
const LONGEST_BLOCK_SECONDS = 60 * 60;
const DAY_SECONDS = 24 * 60 * 60;

/** Keys name nobody: Redis is no place for addresses of people. */
const keyOf = (name: string): string =>
  createHash('sha256').update(name.toLowerCase()).digest('base64url').slice(0, 22);

export function createSignInThrottle({
  commands,
}: Pick<RedisConnections, 'commands'>): SignInThrottle {
  const limiter = (keyPrefix: string, points: number, duration: number): RateLimiterRedis =>
    new RateLimiterRedis({ storeClient: commands, keyPrefix, points, duration });
  const accounts = limiter('sign-in:account', ACCOUNT_FAILURES, WINDOW_SECONDS);
  const addresses = limiter('sign-in:address', ADDRESS_FAILURES, WINDOW_SECONDS);
  /** Blocks of an account in a day. */
  const blocks = limiter('sign-in:blocks', Number.MAX_SAFE_INTEGER, DAY_SECONDS);

  return {
    /** Counts the try before its outcome is known, so that a thousand at once are not a thousand guesses. */
    async check(account, address) {
      try {
        await addresses.consume(keyOf(address));
        const { consumedPoints } = await accounts.consume(keyOf(account));
        return { failuresOfAccount: consumedPoints - 1 };
      } catch (rejection) {
        throw limitFault(rejection);
      }
    },

    async failed(account, address) {
      const key = keyOf(account);
      try {
        const [ofAccount, ofAddress] = await Promise.all([
          accounts.get(key),
          addresses.get(keyOf(address)),
        ]);
        const failures = ofAccount?.consumedPoints ?? 0;
        if (failures === ACCOUNT_FAILURES) {
          const { consumedPoints } = await blocks.consume(key);
          const seconds = Math.min(
            FIRST_BLOCK_SECONDS * 2 ** Math.min(consumedPoints - 1, 20),
            LONGEST_BLOCK_SECONDS,
          );
          await accounts.block(key, seconds);
        }
        return {
          failuresOfAccount: Math.min(failures, ACCOUNT_FAILURES),
          failuresOfAddress: Math.min(ofAddress?.consumedPoints ?? 0, ADDRESS_FAILURES),
        };
      } catch (rejection) {
        throw redisFault(rejection);
      }
    },

    async succeeded(account, address) {
      try {
        await Promise.all([
          accounts.delete(keyOf(account)),
          blocks.delete(keyOf(account)),
          addresses.reward(keyOf(address)),
        ]);
      } catch (rejection) {
        throw redisFault(rejection);
      }
    },
  };
}
