// How full each stream is and how far each of its groups has come.
import type { StreamState } from '@verity/domain/bus/ports';
import { STREAMS } from '@verity/protocol/streams';
import type { Redis } from 'ioredis';
import { answer } from '../connect';

export async function readState(redis: Redis): Promise<StreamState[]> {
  return Promise.all(STREAMS.map((stream) => readStream(redis, stream)));
}

async function readStream(redis: Redis, stream: string): Promise<StreamState> {
  const length = await answer(redis.xlen(stream));
  return { stream, length, groups: await readGroups(redis, stream) };
}

async function readGroups(redis: Redis, stream: string): Promise<StreamState['groups']> {
  try {
    const rows = (await answer(redis.xinfo('GROUPS', stream))) as (string | number | null)[][];
    return rows.map((row) => {
      const fact = (name: string): string | number | null => row[row.indexOf(name) + 1] ?? null;
      const lag = fact('lag');
      return {
        group: String(fact('name')),
        consumers: Number(fact('consumers')),
        pending: Number(fact('pending')),
        // Redis does not know it after entries were deleted in the middle.
        lag: lag === null ? null : Number(lag),
      };
    });
  } catch (error) {
    // A stream that nobody has written to or read from yet.
    if (error instanceof Error && error.message.includes('no such key')) return [];
    throw error;
  }
}
