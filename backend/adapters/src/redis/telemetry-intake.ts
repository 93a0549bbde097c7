// The intake of telemetry: in one atomic step a batch is found new and in order, and lies durably in its stream.
import { TELEMETRY_LIMITS } from '@verity/protocol/telemetry/schemas';
import type { TelemetryMessage } from '@verity/protocol/telemetry/messages';
import type { SessionId, UserId } from '@verity/protocol/ids';
import { Fault, type FaultCode } from '@verity/protocol/faults';
import type { Clock, NewId } from '@verity/domain/kernel/ports';
import type { Tracer } from '@verity/domain/kernel/tracing-ports';
import { publishing } from './bus/tracing';
import { envelope } from './bus/envelope';
import { streamFull } from './bus/publisher';
import { BUS_DEFAULTS } from './bus/settings';
import { answer, type RedisConnections } from './connect';
import { GroupCommit } from '../group-commit';
import { intakeScript } from './lua/telemetry-intake';

export interface AcceptedBatch {
  sessionId: SessionId;
  userId: UserId;
  seq: number;
  /** 16 bytes in base64url. */
  nonce: string;
  /** Digest (SHA-256 or the like, at least 16 bytes) of the timings alone: without seq, nonce and start. */
  digest: Uint8Array;
  /** What the digest covers; too few say nothing about a replay. */
  digestCounts: { keystrokes: number; movements: number };
  /** Validated at the door that took it in; it is not validated again here. */
  message: TelemetryMessage;
}

export interface TelemetryIntake {
  /**
   * Resolves with the id of the stream entry. Throws `duplicate` (this very batch is there already: all is well),
   * `replayed`, `out-of-order`, `back-pressure`, `unavailable`.
   */
  accept(batch: AcceptedBatch): Promise<string>;
  /** The number that the next batch of a session should bear: told when a socket is greeted. */
  nextSeq(sessionId: SessionId): Promise<number>;
  /** Resolves when every batch has its answer. */
  drain(): Promise<void>;
}

export interface TelemetryIntakeOptions {
  redis: RedisConnections;
  clock: Clock;
  newId: NewId;
  producerId: string;
  /** Entries of stream:telemetry at which batches are refused. */
  cap?: number;
  /** At least so long the same timings from one person are taken for a replay. */
  replayMemoryMinutes?: number;
  /** Timings that are remembered of one person in that time, at most. */
  replayMemoryBatches?: number;
  /** A session that sent nothing for so long starts to count anew. */
  sessionMemoryHours?: number;
  /** Left out where nothing is traced. */
  tracer?: Tracer | undefined;
}

type Waiting = AcceptedBatch & { traceparent?: string | undefined };

/** Below both, two people (or one, twice) may well make the same batch by chance. */
const TELLING = { keystrokes: 5, movements: 10 };
/** Sets up to this size are plain arrays of numbers in Redis (set-max-intset-entries). */
const TIMINGS_PER_SET = 512;
/** A batch is some kilobytes; more in one step would keep others waiting. */
const PER_FLUSH = 100;
const WAITING = 20_000;

/** 16 bytes in base64url. */
const NONCE = /^[A-Za-z0-9_-]{22}$/;

const sessionKey = (session: SessionId): string => `intake:${session}`;

const REFUSALS: Record<string, [FaultCode, string, string]> = {
  duplicate: ['duplicate', 'This batch was received before.', 'Nothing: it counts once.'],
  replayed: [
    'replayed',
    'This batch repeats one that was received before.',
    'Measure anew; a batch is sent with its own nonce, seq and timings.',
  ],
  'out-of-order': [
    'out-of-order',
    `Its seq is more than ${TELEMETRY_LIMITS.orderWindow} away from the newest one.`,
    'Go on from `next_seq` of the greeting.',
  ],
};

export function createTelemetryIntake(options: TelemetryIntakeOptions): TelemetryIntake {
  const { redis, clock } = options;
  const cap = options.cap ?? BUS_DEFAULTS.cap;
  const memorySeconds = (options.replayMemoryMinutes ?? 120) * 60;
  const sessionSeconds = (options.sessionMemoryHours ?? 24) * 3600;
  const sets = BigInt(Math.ceil((options.replayMemoryBatches ?? 16_384) / TIMINGS_PER_SET));

  /** Two generations, each as long as the memory: what is in neither is older than that. */
  const timingKeys = (user: UserId, set: bigint): [now: string, before: string] => {
    const generation = Math.floor(clock().getTime() / 1000 / memorySeconds);
    const key = (of: number): string => `timings:${user}:${of}:${set}`;
    return [key(generation), key(generation - 1)];
  };

  const append = async (batches: Waiting[]): Promise<(string | Error)[]> => {
    const keys: string[] = ['stream:telemetry'];
    const args: (string | number)[] = [
      cap,
      TELEMETRY_LIMITS.orderWindow,
      sessionSeconds,
      2 * memorySeconds,
    ];
    for (const batch of batches) {
      const digest = Buffer.from(batch.digest.buffer, batch.digest.byteOffset, 16);
      const nonce = Buffer.from(batch.nonce, 'base64url').readBigInt64LE();
      const timing = digest.readBigInt64LE();
      // Tells a batch that was sent twice from another one under its nonce.
      const identity = nonce ^ digest.readBigInt64LE(8) ^ BigInt(batch.seq);
      const set = BigInt.asUintN(64, timing) % sets;
      keys.push(sessionKey(batch.sessionId), ...timingKeys(batch.userId, set));
      const { keystrokes, movements } = batch.digestCounts;
      const telling = keystrokes >= TELLING.keystrokes || movements >= TELLING.movements;
      args.push(
        batch.seq,
        nonce.toString(),
        identity.toString(),
        telling ? timing.toString() : '',
        envelope(options, 'stream:telemetry', batch.message, {
          ...(batch.traceparent ? { traceparent: batch.traceparent } : {}),
        }),
      );
    }
    const answers = (await intakeScript.run(redis.commands, keys, args)) as string[];
    return answers.map((text) => {
      if (text === 'back-pressure') return streamFull('stream:telemetry', cap);
      const refusal = REFUSALS[text];
      return refusal ? new Fault(refusal[0], refusal[1], { fix: refusal[2] }) : text;
    });
  };

  const group = new GroupCommit(append, { perFlush: PER_FLUSH, flushes: 2, waiting: WAITING });
  return {
    async accept(batch) {
      if (!NONCE.test(batch.nonce) || batch.digest.byteLength < 16) {
        throw new Fault('invalid-input', 'The nonce or the digest of the batch does not fit.');
      }
      return publishing(options.tracer, 'stream:telemetry', undefined, (traceparent) =>
        group.add(traceparent ? { ...batch, traceparent } : batch),
      );
    },
    async nextSeq(sessionId) {
      const high = await answer(redis.commands.hget(sessionKey(sessionId), 'high'));
      return high === null ? 0 : Number(high) + 1;
    },
    drain: () => group.drain(),
  };
}
