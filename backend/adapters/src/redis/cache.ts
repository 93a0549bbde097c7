// The cache: versioned keys with the time to live of their kind; a value is loaded once however many want it.
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CACHE_TTL_SECONDS,
  type Cache,
  type CacheKind,
  type CacheState,
} from '@verity/domain/kernel/cache-ports';
import type { NewId } from '@verity/domain/kernel/ports';
import { answer, isPassing, type RedisConnections } from './connect';
import { script } from './script';

/** Raised when the shape of cached values changes: older ones are then never read. */
export const CACHE_VERSION = 'v1';
/** How long one process may load before others try too. */
const LOCK_MS = 10_000;
const POLL_MS = 25;

/** KEYS value, lock; ARGV token, value, seconds to live. Stores unless the value was dropped while it was loaded. */
const fillScript = script(`
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return redis.call('DEL', KEYS[2])
`);

/** KEYS lock; ARGV token. */
const releaseScript = script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
`);

/** Redis is away, which its connection reports; any other error is a mistake of ours. */
function unlessAway(error: unknown): void {
  if (!isPassing(error)) throw error;
}

const keysOf = (kind: CacheKind, key: string): { value: string; lock: string } => ({
  value: `cache:${CACHE_VERSION}:${kind}:${key}`,
  lock: `cache:${CACHE_VERSION}:lock:${kind}:${key}`,
});

/** Values are kept as JSON. Every method throws `unavailable` when Redis is away, whatever `load` could answer. */
export function createCache({
  redis: { commands },
  newId,
}: {
  redis: Pick<RedisConnections, 'commands'>;
  newId: NewId;
}): Cache {
  /** Loads of this process under way. */
  const flights = new Map<string, Promise<unknown>>();
  const counts = new SharedCounts(commands);
  const count = (kind: CacheKind, what: 'hits' | 'misses'): void => counts.add(`${kind}:${what}`);

  const fetch = async <T>(kind: CacheKind, key: string, load: () => Promise<T>): Promise<T> => {
    const { value, lock } = keysOf(kind, key);
    const token = newId();
    const patience = performance.now() + LOCK_MS;
    let locked = false;
    for (;;) {
      // Looked for once more under the lock: who held it before may have filled the value in between.
      const found = await answer(commands.get(value));
      if (found !== null) {
        if (locked) await releaseScript.run(commands, [lock], [token]);
        count(kind, 'hits');
        return JSON.parse(found) as T;
      }
      if (locked || performance.now() > patience) break;
      locked = (await answer(commands.set(lock, token, 'PX', LOCK_MS, 'NX'))) === 'OK';
      if (!locked) await sleep(POLL_MS);
    }
    count(kind, 'misses');
    try {
      const loaded = await load();
      const json = JSON.stringify(loaded) as string | undefined;
      if (locked && json !== undefined) {
        await fillScript.run(commands, [value, lock], [token, json, CACHE_TTL_SECONDS[kind]]);
      }
      return loaded;
    } catch (error) {
      // The lock would run out by itself; those who wait should not have to.
      if (locked) await answer(releaseScript.run(commands, [lock], [token])).catch(unlessAway);
      throw error;
    }
  };

  return {
    async through<T>(kind: CacheKind, key: string, load: () => Promise<T>): Promise<T> {
      const { value } = keysOf(kind, key);
      const flying = flights.get(value);
      if (flying) {
        count(kind, 'hits');
        return flying as Promise<T>;
      }
      const flight = fetch(kind, key, load);
      flights.set(value, flight);
      try {
        return await flight;
      } finally {
        if (flights.get(value) === flight) flights.delete(value);
      }
    },
    async put(kind, key, value) {
      const { value: name } = keysOf(kind, key);
      await answer(commands.set(name, JSON.stringify(value), 'EX', CACHE_TTL_SECONDS[kind]));
    },
    async peek<T>(kind: CacheKind, key: string): Promise<T | null> {
      const found = await answer(commands.get(keysOf(kind, key).value));
      count(kind, found === null ? 'misses' : 'hits');
      return found === null ? null : (JSON.parse(found) as T);
    },
    async drop(kind, key) {
      const { value, lock } = keysOf(kind, key);
      flights.delete(value);
      // Without its lock a load that is under way does not store what is stale by now.
      await answer(commands.del(value, lock));
    },
    async state(): Promise<CacheState> {
      const [keys, memory, counted] = await Promise.all([
        answer(commands.dbsize()),
        answer(commands.info('memory')),
        counts.read(),
      ]);
      return {
        total_keys: keys,
        used_memory: Number(/^used_memory:(\d+)/m.exec(memory)?.[1] ?? 0),
        kinds: Object.entries(CACHE_TTL_SECONDS).map(([kind, ttl]) => ({
          kind,
          ttl_seconds: ttl,
          hits: counted(`${kind}:hits`),
          misses: counted(`${kind}:misses`),
        })),
      };
    },
  };
}

const COUNTS_KEY = `cache:${CACHE_VERSION}:counts`;
const COUNTS_EVERY_MS = 1_000;

/** Counts over all processes: gathered here, added to those in Redis about once a second and before they are read. */
class SharedCounts {
  private waiting = new Map<string, number>();
  private flushedAt = 0;

  constructor(private readonly redis: RedisConnections['commands']) {}

  add(name: string): void {
    this.waiting.set(name, (this.waiting.get(name) ?? 0) + 1);
    if (performance.now() - this.flushedAt < COUNTS_EVERY_MS) return;
    void this.flush();
  }

  async read(): Promise<(name: string) => number> {
    const [refused] = await this.flush();
    if (refused) throw refused;
    const counted = await answer(this.redis.hgetall(COUNTS_KEY));
    return (name) => Number(counted[name] ?? 0);
  }

  /** Answers the errors of counts that Redis did not take: they wait for the next time. */
  private async flush(): Promise<Error[]> {
    this.flushedAt = performance.now();
    const adding = [...this.waiting];
    this.waiting = new Map();
    const errors: Error[] = [];
    await Promise.all(
      adding.map(async ([name, count]) => {
        try {
          await answer(this.redis.hincrby(COUNTS_KEY, name, count));
        } catch (error) {
          this.waiting.set(name, (this.waiting.get(name) ?? 0) + count);
          errors.push(error as Error);
        }
      }),
    );
    return errors;
  }
}
