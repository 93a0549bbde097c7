// Publishing: messages of one process share round trips, and each learns the id of its entry.
import { Fault } from '@verity/protocol/faults';
import type { StreamName } from '@verity/protocol/streams';
import { GroupCommit } from '../../group-commit';
import { publishScript } from '../lua/publish';
import type { BusContext } from './settings';

interface Sealed {
  stream: StreamName;
  envelope: string;
}

/** Messages of one round trip: enough to spread its cost, few enough that Redis serves others in between. */
const PER_FLUSH = 500;
const WAITING = 50_000;

export const streamFull = (stream: string, cap: number): Fault =>
  new Fault('back-pressure', `${stream} holds ${cap} messages, its cap.`, {
    fix: 'Send more slowly; see which group lags behind.',
    retryAfterSeconds: 5,
  });

export type Publisher = GroupCommit<Sealed, string>;

export function createPublisher({ redis, settings }: BusContext): Publisher {
  const append = async (messages: Sealed[]): Promise<(string | Error)[]> => {
    const streams: StreamName[] = [];
    const args: (string | number)[] = [settings.cap];
    for (const { stream, envelope } of messages) {
      let index = streams.indexOf(stream);
      if (index < 0) index = streams.push(stream) - 1;
      args.push(index + 1, envelope);
    }
    const ids = (await publishScript.run(redis.commands, streams, args)) as string[];
    return ids.map((id, index) => id || streamFull(messages[index]!.stream, settings.cap));
  };
  return new GroupCommit(append, { perFlush: PER_FLUSH, flushes: 2, waiting: WAITING });
}
