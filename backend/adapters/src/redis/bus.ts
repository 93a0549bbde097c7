// The event bus on Redis Streams: publish with group commit, consumer groups with leases, retries and dead letters.
import type { Bus } from '@verity/domain/bus/ports';
import type { Clock, NewId } from '@verity/domain/kernel/ports';
import type { Tracer } from '@verity/domain/kernel/tracing-ports';
import { createSeal } from './bus/envelope';
import { startHousekeeping, type Pressure } from './bus/housekeeping';
import { createPublisher } from './bus/publisher';
import { publishing } from './bus/tracing';
import { BUS_DEFAULTS, type BusContext, type BusSettings } from './bus/settings';
import { readRecent } from './bus/recent';
import { readState } from './bus/state';
import { startTail } from './bus/tail';
import { Worker } from './bus/worker';
import type { RedisConnections, RedisLog } from './connect';

export interface BusOptions {
  redis: RedisConnections;
  log: RedisLog;
  clock: Clock;
  newId: NewId;
  /** Names this process in every message that it publishes. */
  producerId: string;
  /** Left out where nothing is traced. */
  tracer?: Tracer | undefined;
  settings?: Partial<BusSettings>;
  /** Told by the one process that trims when a stream nears its cap, and when it has room again. */
  onPressure?: (pressure: Pressure) => void;
}

export interface RunningBus extends Bus {
  /** Resolves when everything published so far has its answer; stops trimming. Consumers are stopped by their owners. */
  close(): Promise<void>;
}

export function createBus({ settings, onPressure, ...rest }: BusOptions): RunningBus {
  const context: BusContext = { ...rest, settings: { ...BUS_DEFAULTS, ...settings } };
  const seal = createSeal(context);
  const publisher = createPublisher(context);
  const housekeeping = startHousekeeping(context, onPressure ?? (() => undefined));
  return {
    publish(stream, payload, options) {
      // Not an async function: each would cost two more promises a message.
      try {
        return publishing(context.tracer, stream, options?.traceparent, (traceparent) =>
          publisher.add({
            stream,
            envelope: seal(stream, payload, traceparent ? { ...options, traceparent } : options),
          }),
        );
      } catch (error) {
        const fault = error as Error;
        return Promise.reject(fault);
      }
    },
    consume: (consumer) => new Worker(consumer, context, seal),
    tail: (stream, from, each) => startTail(context, stream, from, each),
    recent: (stream, limits) => readRecent(context, stream, limits),
    state: () => readState(context.redis.commands),
    async close() {
      await Promise.all([publisher.drain(), housekeeping.stop()]);
    },
  };
}
