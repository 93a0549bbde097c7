// The way into protected sites, in Redis: codes that work once, and what the cookie of a site stands for.
import type { SiteCode, SiteEntry, SiteSessions } from '@verity/domain/applications/site-ports';
import type { ApplicationId } from '@verity/protocol/ids';
import { answer, type RedisConnections } from './connect';

const CODE_SECONDS = 60;

const codeKey = (hash: string): string => `site:code:${hash}`;
const entryKey = (hash: string): string => `site:entry:${hash}`;
const enteredKey = (session: string): string => `site:entered:${session}`;

export const createSiteSessions = ({
  commands,
}: Pick<RedisConnections, 'commands'>): SiteSessions => ({
  async addCode(hash, code) {
    await answer(commands.set(codeKey(hash), JSON.stringify(code), 'EX', CODE_SECONDS));
  },
  async takeCode(hash) {
    const json = await answer(commands.getdel(codeKey(hash)));
    return json === null ? null : (JSON.parse(json) as SiteCode);
  },
  async enter(hash, entry, seconds) {
    const ttl = Math.max(1, Math.floor(seconds));
    await Promise.all([
      answer(commands.set(entryKey(hash), JSON.stringify(entry), 'EX', ttl)),
      answer(commands.sadd(enteredKey(entry.session), entry.application)),
      answer(commands.expire(enteredKey(entry.session), ttl)),
    ]);
  },
  async entry(hash) {
    const json = await answer(commands.get(entryKey(hash)));
    return json === null ? null : (JSON.parse(json) as SiteEntry);
  },
  async leave(hash) {
    await answer(commands.del(entryKey(hash)));
  },
  async enteredBy(session) {
    return (await answer(commands.smembers(enteredKey(session)))) as ApplicationId[];
  },
});
