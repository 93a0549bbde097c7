// Connections to Redis by role: one for commands that fails fast, one for each reader that blocks.
import type { Writable } from 'node:stream';
import { Redis, type RedisOptions } from 'ioredis';
import { Fault } from '@verity/protocol/faults';
import type { Log } from '../log';

/** What the adapters of Redis say aloud. */
export type RedisLog = Pick<Log, 'info' | 'warn' | 'error'>;

export interface RedisSettings {
  /** `redis://:password@host:port/db`, `rediss://…`, or the path of a Unix socket. */
  url: string;
  /** Before every key, so that installations can share a server. */
  prefix?: string;
  /** How this process is named in CLIENT LIST. */
  name: string;
  log: RedisLog;
}

export interface RedisConnections {
  readonly commands: Redis;
  /** A connection for blocking reads; its owner disconnects it. */
  openReader(role: string): Redis;
  /** Resolves when Redis answers. Throws `unavailable` after `deadlineMs`. */
  ready(deadlineMs?: number): Promise<void>;
  /** Cuts every connection; what is under way fails with `unavailable`. */
  close(): void;
}

/** A server that holds a connection open and is silent for so long is taken for dead. */
const SILENCE_MS = 10_000;
/** The longest time that a reader blocks; shorter than SILENCE_MS. */
export const BLOCK_MS = 5_000;

/** 50 ms, doubled with each try, at most 2 s; for ever. */
const reconnectDelayMs = (attempt: number): number =>
  Math.min(50 * 2 ** Math.min(attempt, 6), 2_000);

export function connectRedis(settings: RedisSettings): RedisConnections {
  const { url, prefix = '', name, log } = settings;
  const readers = new Set<Redis>();
  const shared: RedisOptions = {
    keyPrefix: prefix,
    // Replies in the plain shapes that the commands' documentation shows.
    protocol: 2,
    connectTimeout: 5_000,
    socketTimeout: SILENCE_MS,
    retryStrategy: reconnectDelayMs,
    // Whoever waits for an answer learns at once that Redis is away: nothing piles up in memory and nothing is
    // sent a second time behind the caller's back. Who wants to wait, waits and asks again.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
  };
  const open = (role: string): Redis =>
    new Redis(url, { ...shared, connectionName: `${name}:${role}`.replaceAll(/\s/g, '-') });

  const commands = open('commands');
  commands.on('connect', () => gatherWrites(commands.stream));
  let away = false;
  let closing = false;
  const noteAway = (cause?: Error): void => {
    if (away || closing) return;
    away = true;
    log.warn(
      { cause: cause?.message ?? 'the connection was closed' },
      'Redis is away; reconnecting',
    );
  };
  commands.on('error', noteAway);
  commands.on('close', noteAway);
  commands.on('ready', () => {
    if (away) log.info({}, 'Redis is back');
    away = false;
  });

  return {
    commands,
    openReader(role) {
      const reader = open(role);
      // The commands connection speaks for all of them.
      reader.on('error', () => undefined);
      reader.on('end', () => readers.delete(reader));
      readers.add(reader);
      return reader;
    },
    ready: (deadlineMs = 10_000) => untilReady(commands, deadlineMs),
    close() {
      closing = true;
      commands.disconnect();
      for (const reader of readers) reader.disconnect();
    },
  };
}

/**
 * What is written within one turn of the event loop leaves together: a system call costs more than most commands, and
 * a Redis that writes to the disk before it answers does so once for all of them. The order stays as it was.
 */
function gatherWrites(stream: Writable): void {
  const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
  let gathering = false;
  stream.write = (...args: unknown[]): boolean => {
    if (!gathering) {
      gathering = true;
      stream.cork();
      setImmediate(() => {
        gathering = false;
        stream.uncork();
      });
    }
    return write(...args);
  };
}

/** Waits for a connection, however often it has to be made. Throws `unavailable` after `deadlineMs`. */
export function untilReady(redis: Redis, deadlineMs: number): Promise<void> {
  if (redis.status === 'ready') return Promise.resolve();
  if (redis.status === 'end')
    return Promise.reject(redisAway(new Error('the connection was closed')));
  return new Promise((resolve, reject) => {
    let last: unknown;
    const note = (error: unknown): void => {
      last = error;
    };
    const settle = (end: () => void) => () => {
      clearTimeout(timer);
      redis.off('ready', onReady).off('end', onEnd).off('error', note);
      end();
    };
    const onReady = settle(resolve);
    const onEnd = settle(() => reject(redisAway(last)));
    const timer = setTimeout(onEnd, deadlineMs);
    redis.on('ready', onReady).on('end', onEnd).on('error', note);
  });
}

export const redisAway = (cause: unknown): Fault =>
  new Fault('unavailable', 'Redis does not answer.', {
    fix: 'Try again; if it stays so, run `npm run doctor`.',
    retryAfterSeconds: 1,
    cause,
  });

/** Answers of a Redis that is there and cannot serve now. */
const NOT_NOW =
  /^(LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|MISCONF|NOREPLICAS|BUSY |NOAUTH|WRONGPASS|UNBLOCKED)/;

/**
 * What an error of ioredis means to a caller: `unavailable` when Redis is away or cannot serve, `back-pressure` when
 * its memory is full. An answer that speaks of a mistake of ours (a wrong type, a broken script) is left as it is.
 */
export function redisFault(error: unknown): unknown {
  if (error instanceof Fault) return error;
  if (!(error instanceof Error) || error.name !== 'ReplyError') return redisAway(error);
  if (NOT_NOW.test(error.message)) return redisAway(error);
  if (error.message.startsWith('OOM')) {
    return new Fault('back-pressure', 'The memory of Redis is full.', {
      fix: 'Raise maxmemory, or see which group lags behind.',
      retryAfterSeconds: 5,
      cause: error,
    });
  }
  return error;
}

/** Awaits an answer of Redis with its errors as faults. */
export async function answer<T>(reply: Promise<T>): Promise<T> {
  try {
    return await reply;
  } catch (error) {
    throw redisFault(error);
  }
}

/** True for faults of the world that pass by themselves and say nothing about the message in hand. */
export const isPassing = (error: unknown): boolean =>
  error instanceof Fault && (error.code === 'unavailable' || error.code === 'back-pressure');
