// Removes what the cache would keep for ever: entries of earlier versions, and such as lost their time to live.
import { answer, type RedisConnections } from './connect';
import { CACHE_VERSION } from './cache';

const AT_ONCE = 500;

/** `prefix` is that of the connection: SCAN does not add it by itself. */
export async function sweepCache(
  { commands }: Pick<RedisConnections, 'commands'>,
  prefix: string,
  signal?: AbortSignal,
): Promise<{ looked: number; removed: number }> {
  const current = `cache:${CACHE_VERSION}:`;
  const escaped = prefix.replaceAll(/[*?[\]\\]/g, '\\$&');
  let cursor = '0';
  let looked = 0;
  let removed = 0;
  do {
    const [next, found] = await answer(
      commands.scan(cursor, 'MATCH', `${escaped}cache:*`, 'COUNT', AT_ONCE),
    );
    cursor = next;
    const keys = found.map((key) => key.slice(prefix.length));
    looked += keys.length;
    const lives = await Promise.all(keys.map((key) => answer(commands.ttl(key))));
    // -1: it exists and has no end. The counts of hits are meant to stay.
    const stale = keys.filter(
      (key, index) =>
        key !== `${current}counts` && (!key.startsWith(current) || lives[index] === -1),
    );
    if (stale.length > 0) removed += await answer(commands.unlink(...stale));
  } while (cursor !== '0' && !signal?.aborted);
  return { looked, removed };
}
