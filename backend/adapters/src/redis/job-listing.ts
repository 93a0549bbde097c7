// Jobs that wait, as the console lists them: paged in the order in which they come, searched by what their orders say.
import { z } from 'zod';
import type { JobListing } from '@verity/domain/jobs/ports';
import { fitsLive, type JobFilter } from '@verity/domain/jobs/ports';
import { Fault } from '@verity/protocol/faults';
import type { JobId } from '@verity/protocol/ids';
import type { Job } from '@verity/protocol/jobs/schemas';
import { answer, type RedisConnections } from './connect';
import { bucketOf, unpackOrder } from './job-record';
import { key, ordersOf, readJob, statesOf } from './job-states';
import { script } from './script';

/** A filter looks at so many at most: some tenths of a second. */
const MOST_SEARCHED = 10_000;
const READ_AT_ONCE = 500;

/**
 * The next ids of a sorted set with their scores. KEYS[1] the set; ARGV: score and id of the last one seen, or two
 * empty texts, and how many. The place is kept also when that one has gone.
 */
const NEXT = script(`
local from = 0
if ARGV[2] ~= '' then
  local rank = redis.call('ZRANK', KEYS[1], ARGV[2])
  if rank then from = rank + 1
  else
    from = redis.call('ZCOUNT', KEYS[1], '-inf', '(' .. ARGV[1])
    for _, id in ipairs(redis.call('ZRANGE', KEYS[1], ARGV[1], ARGV[1], 'BYSCORE')) do
      if id < ARGV[2] then from = from + 1 end
    end
  end
end
return redis.call('ZRANGE', KEYS[1], from, from + ARGV[3] - 1, 'WITHSCORES')`);

const Place = z.tuple([z.string().regex(/^\d{1,16}$/), z.string().min(1).max(100)]);

interface Entry {
  id: JobId;
  score: string;
}

export function createJobListing({ commands }: Pick<RedisConnections, 'commands'>): JobListing {
  const next = async (set: string, after: Entry | null, count: number): Promise<Entry[]> => {
    const flat = await NEXT.run(commands, [set], [after?.score ?? '', after?.id ?? '', count]);
    const texts = flat as string[];
    return Array.from({ length: texts.length / 2 }, (_, index) => ({
      id: texts[index * 2] as JobId,
      score: texts[index * 2 + 1] ?? '0',
    }));
  };

  /** In the order asked for; what has gone meanwhile is missing. */
  const read = async (entries: readonly Entry[]): Promise<Job[]> => {
    const found = await Promise.all(entries.map(({ id }) => readJob(commands, id)));
    return found.filter((job) => job !== null);
  };

  const fitting = async (entries: readonly Entry[], filter: JobFilter): Promise<Entry[]> => {
    const kept: Entry[] = [];
    for (let at = 0; at < entries.length; at += READ_AT_ONCE) {
      const some = entries.slice(at, at + READ_AT_ONCE);
      const told = await Promise.all(
        some.map(({ id }) => answer(commands.hget(ordersOf(bucketOf(id)), id))),
      );
      told.forEach((packed, index) => {
        const entry = some[index];
        if (!packed || !entry) return;
        const { order, queue } = unpackOrder(packed);
        if (fitsLive(order, queue, filter)) kept.push(entry);
      });
    }
    return kept;
  };

  /** Entries whose jobs have been forgotten, e.g. by a Redis that lost its last second. */
  const sweep = async (set: string, entries: readonly Entry[], jobs: readonly Job[]) => {
    const there = new Set(jobs.map(({ id }) => id));
    const gone = entries.filter(({ id }) => !there.has(id));
    if (gone.length === 0) return;
    const lasting = await Promise.all(
      gone.map(({ id }) => answer(commands.hexists(statesOf(bucketOf(id)), id))),
    );
    const swept = gone.filter((_, index) => lasting[index] === 0).map(({ id }) => id);
    if (swept.length > 0) await answer(commands.zrem(set, ...swept));
  };

  const count = (state: 'queued' | 'waiting') => answer(commands.zcard(key(state)));

  return {
    count,
    async page(state, filter, { cursor, limit }) {
      const set = key(state);
      const after = cursor === undefined ? null : readPlace(cursor);
      const narrow = Boolean(filter.task ?? filter.queue ?? filter.origin ?? filter.q);
      const total = await count(state);
      if (!narrow) {
        const entries = await next(set, after, limit + 1);
        const shown = entries.slice(0, limit);
        const items = await read(shown);
        await sweep(set, shown, items);
        const more = entries.length > limit;
        return { items, next_cursor: more ? placeOf(shown.at(-1)) : null, total, searched: null };
      }
      const searched = await next(set, null, MOST_SEARCHED);
      const fit = await fitting(searched, filter);
      const rest = after === null ? fit : fit.filter((entry) => isBehind(entry, after));
      const shown = rest.slice(0, limit);
      return {
        items: await read(shown),
        next_cursor: rest.length > limit ? placeOf(shown.at(-1)) : null,
        total: fit.length,
        searched: searched.length < total ? searched.length : null,
      };
    },
  };
}

const isBehind = (entry: Entry, after: Entry): boolean => {
  const distance = Number(entry.score) - Number(after.score);
  return distance > 0 || (distance === 0 && entry.id > after.id);
};

const placeOf = (entry: Entry | undefined): string | null =>
  entry ? Buffer.from(JSON.stringify([entry.score, entry.id])).toString('base64url') : null;

function readPlace(cursor: string): Entry {
  let place: unknown;
  try {
    place = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch (cause) {
    throw badCursor(cause);
  }
  const { success, data } = Place.safeParse(place);
  if (!success) throw badCursor();
  return { score: data[0], id: data[1] as JobId };
}

const badCursor = (cause?: unknown): Fault =>
  new Fault('invalid-input', 'The cursor does not belong to this list.', {
    fix: 'Begin again without a cursor, and keep state and filter between pages.',
    cause,
  });
