// What can be set of the bus, and what each of its parts is given.
import type { Clock, NewId } from '@verity/domain/kernel/ports';
import type { Tracer } from '@verity/domain/kernel/tracing-ports';
import type { RedisConnections, RedisLog } from '../connect';

export interface BusSettings {
  /** Entries that each stream keeps after every group has acknowledged them. */
  retention: number;
  /** Entries of a stream at which producers are refused. */
  cap: number;
  /** Deliveries after the first one before a message becomes a dead letter. */
  retries: number;
  /** Wait before the second of them; doubled for each further one. */
  retryDelayMs: number;
  /** A consumer that has left its messages alone for so long is taken for dead and they are claimed. */
  minIdleMs: number;
  /** An ordered group is taken over when its worker was silent for so long. */
  leaseMs: number;
  /** Messages that a handler gets at once, unless its consumer says otherwise. */
  batchSize: number;
  /** Time that a batch in hand is given when a worker stops; then its signal is aborted. */
  stopMs: number;
  /** Pause between two rounds of trimming. */
  housekeepingMs: number;
}

export const BUS_DEFAULTS: BusSettings = {
  retention: 100_000,
  cap: 1_000_000,
  retries: 3,
  retryDelayMs: 250,
  minIdleMs: 30_000,
  leaseMs: 5_000,
  batchSize: 500,
  stopMs: 10_000,
  housekeepingMs: 2_000,
};

export interface BusContext {
  redis: RedisConnections;
  log: RedisLog;
  clock: Clock;
  newId: NewId;
  /** Names this process in messages, consumers and leases. */
  producerId: string;
  /** Left out where nothing is traced. */
  tracer?: Tracer | undefined;
  settings: BusSettings;
}
