// A tail: every message of a stream to this process alone, without a group, from an id on and across reconnects.
import type { Bus, Delivered, Subscription } from '@verity/domain/bus/ports';
import type { StreamName } from '@verity/protocol/streams';
import { answer, BLOCK_MS, isPassing, untilReady, type RedisLog } from '../connect';
import { describeError } from './dead-letter';
import { openEntry, type Entry } from './envelope';
import { BackOff } from '../../pause';
import type { BusContext } from './settings';

const AT_ONCE = 500;

export function startTail<R extends StreamName>(
  { redis, log }: BusContext,
  stream: R,
  from: Parameters<Bus['tail']>[1],
  each: (messages: Delivered<R>[]) => void,
): Subscription {
  const stopping = new AbortController();
  const reader = redis.openReader(`tail@${stream}`);
  let last = from === 'now' ? undefined : from;

  const follow = async (): Promise<void> => {
    await untilReady(reader, 1_000);
    // A concrete id, so that what comes while the connection is away is found after it.
    last ??= await newestId();
    const reply = await answer<[string, Entry[]][] | null>(
      reader.xread('COUNT', AT_ONCE, 'BLOCK', BLOCK_MS, 'STREAMS', stream, last),
    );
    const entries = reply?.[0]?.[1] ?? [];
    last = entries.at(-1)?.[0] ?? last;
    const messages = openReadable(stream, entries, log);
    if (messages.length > 0) each(messages);
  };

  const newestId = async (): Promise<string> =>
    (await answer(reader.xrevrange(stream, '+', '-', 'COUNT', 1)))[0]?.[0] ?? '0-0';

  const live = async (): Promise<void> => {
    const backOff = new BackOff(50, 500);
    while (!stopping.signal.aborted) {
      try {
        await follow();
        backOff.reset();
      } catch (error) {
        if (stopping.signal.aborted) return;
        if (!isPassing(error)) log.error({ stream, err: error }, 'a tail of the bus stumbled');
        await backOff.wait(stopping.signal);
      }
    }
  };

  const living = live();
  return {
    async stop() {
      stopping.abort();
      reader.disconnect();
      await living;
    },
  };
}

/** Messages of entries; what does not parse is named in the log and left out. */
export function openReadable<R extends StreamName>(
  stream: R,
  entries: Entry[],
  log: RedisLog,
): Delivered<R>[] {
  return entries.flatMap((entry) => {
    try {
      return [openEntry(stream, entry)];
    } catch (error) {
      log.warn(
        { stream, entry: entry[0], error: describeError(error) },
        'a tail skipped a message',
      );
      return [];
    }
  });
}
