// The newest entries of a stream, and the id of the one before them: where the memory of whoever reads them begins.
import type { Recent } from '@verity/domain/bus/ports';
import type { StreamName } from '@verity/protocol/streams';
import { answer } from '../connect';
import type { Entry } from './envelope';
import type { BusContext } from './settings';
import { openReadable } from './tail';

const AT_ONCE = 1_000;

export async function readRecent<R extends StreamName>(
  { redis, log }: BusContext,
  stream: R,
  { agoMs, limit }: { agoMs: number; limit: number },
): Promise<Recent<R>> {
  // By the clock of Redis, which made the ids.
  const [seconds] = await answer(redis.commands.time());
  const since = Number(seconds) * 1_000 - agoMs;
  const newestFirst: Entry[] = [];
  const recent = (before: string): Recent<R> => ({
    before,
    messages: openReadable(stream, newestFirst.reverse(), log),
  });
  for (;;) {
    const oldest = newestFirst.at(-1)?.[0];
    const page = await answer(
      redis.commands.xrevrange(stream, oldest ? `(${oldest}` : '+', '-', 'COUNT', AT_ONCE),
    );
    for (const entry of page) {
      if (newestFirst.length >= limit || Number.parseInt(entry[0], 10) < since) {
        return recent(entry[0]);
      }
      newestFirst.push(entry);
    }
    if (page.length < AT_ONCE) return recent(await newestTrimmed(redis.commands, stream));
  }
}

/** At least the id of the newest entry that was trimmed away; `0-0` when none ever was. */
async function newestTrimmed(
  redis: BusContext['redis']['commands'],
  stream: string,
): Promise<string> {
  let facts: unknown[];
  try {
    facts = (await answer(redis.xinfo('STREAM', stream))) as unknown[];
  } catch (error) {
    if (error instanceof Error && error.message.includes('no such key')) return '0-0';
    throw error;
  }
  const fact = (name: string): unknown => facts[facts.indexOf(name) + 1];
  if (fact('entries-added') === fact('length')) return '0-0';
  const first = fact('first-entry') as Entry | null;
  return first ? first[0] : String(fact('last-generated-id'));
}
