// The fast copy of session rights, `session:{id}`: what every request reads, rebuilt from the store when lost.
import { CACHE_TTL_SECONDS } from '@verity/domain/kernel/cache-ports';
import type { SessionRights, SessionRightsCache } from '@verity/domain/identity/ports';
import type { SessionId } from '@verity/protocol/ids';
import { answer, type RedisConnections } from './connect';
import { script } from './script';

const TTL_SECONDS = CACHE_TTL_SECONDS.session;
/** Sessions whose last prolonging this process remembers. */
const REMEMBERED = 50_000;

/**
 * KEYS session; ARGV rights, their version, seconds to live. 0 when newer rights are there.
 * What does not parse (nobody of ours wrote it) is overwritten.
 */
const putScript = script(`
local there = redis.call('GET', KEYS[1])
if there then
  local ok, rights = pcall(cjson.decode, there)
  local version = ok and type(rights) == 'table' and tonumber(rights.rightsVersion)
  if version and version > tonumber(ARGV[2]) then return 0 end
end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[3])
return 1
`);

export const sessionKey = (id: SessionId): string => `session:${id}`;

export function createSessionRightsCache({
  commands,
}: Pick<RedisConnections, 'commands'>): SessionRightsCache {
  /** When each session was prolonged by this process, ms. A read that prolongs is a write: one in a quarter hour will do. */
  const prolongedAt = new Map<SessionId, number>();

  const isDue = (id: SessionId): boolean => {
    const now = performance.now();
    const last = prolongedAt.get(id);
    if (last !== undefined && now - last < (TTL_SECONDS / 4) * 1000) return false;
    if (prolongedAt.size >= REMEMBERED) prolongedAt.clear();
    prolongedAt.set(id, now);
    return true;
  };

  return {
    async get(id) {
      const key = sessionKey(id);
      const json = await answer(
        isDue(id) ? commands.getex(key, 'EX', TTL_SECONDS) : commands.get(key),
      );
      return json === null ? null : read(json);
    },
    async put(rights) {
      await putScript.run(
        commands,
        [sessionKey(rights.id)],
        [JSON.stringify(rights), rights.rightsVersion, TTL_SECONDS],
      );
    },
  };
}

/** What does not parse counts as lost. */
function read(json: string): SessionRights | null {
  try {
    // A copy of before there were groups has none.
    const rights = JSON.parse(json) as SessionRights & { groups?: string[] };
    return { ...rights, groups: rights.groups ?? [] };
  } catch {
    return null;
  }
}
