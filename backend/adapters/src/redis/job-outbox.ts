// What could not be handed to RabbitMQ: kept in Redis in order, and sent by one process when the broker is back.
import type { Priority, QueueName } from '@verity/protocol/jobs/schemas';
import { answer, type RedisConnections } from './connect';
import type { Leases } from './leases';

export interface Parcel {
  readonly queue: QueueName;
  readonly priority: Priority;
  /** The message, as it goes to the broker. */
  readonly body: string;
}

export interface JobOutbox {
  /** True while something waits, as this process last knew. New messages then go behind it. */
  isWaiting(): boolean;
  add(parcel: Parcel): Promise<void>;
  size(): Promise<number>;
  /** Sends what waits, oldest first, when no other process does; stops at the first that cannot be sent. */
  drain(send: (parcel: Parcel) => Promise<void>): Promise<void>;
}

const KEY = '{jobs}:outbox';
const CHUNK = 100;
const LEASE_MS = 15_000;

export function createJobOutbox({
  commands,
  leases,
}: Pick<RedisConnections, 'commands'> & { leases: Leases }): JobOutbox {
  // Until Redis was asked for the first time somebody else may have left something.
  let waiting = true;
  const size = async (): Promise<number> => {
    const found = await answer(commands.llen(KEY));
    waiting = found > 0;
    return found;
  };
  return {
    isWaiting: () => waiting,
    async add(parcel) {
      waiting = true;
      await answer(commands.rpush(KEY, JSON.stringify(parcel)));
    },
    size,
    async drain(send) {
      if ((await size()) === 0) return;
      await leases.hold('job-outbox', LEASE_MS, async () => {
        for (;;) {
          const chunk = await answer(commands.lrange(KEY, 0, CHUNK - 1));
          if (chunk.length === 0) break;
          // All at once: the channel keeps their order. One that fails keeps its place, and those behind it theirs.
          await Promise.all(chunk.map((text) => send(JSON.parse(text) as Parcel)));
          await answer(commands.ltrim(KEY, chunk.length, -1));
        }
      });
      await size();
    },
  };
}
