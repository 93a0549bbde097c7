// For specs: connections to the real Redis of the test run under a prefix of their own, removed after.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { UserId, SessionId } from '@verity/protocol/ids';
import type { FindingMessage } from '@verity/protocol/risk/messages';
import { newId, systemClock } from '../world';
import { createBus, type BusOptions, type RunningBus } from './bus';
import type { BusSettings } from './bus/settings';
import { connectRedis, type RedisConnections, type RedisLog } from './connect';

export const silentLog: RedisLog = { info() {}, warn() {}, error() {} };

export interface TestRedis {
  redis: RedisConnections;
  prefix: string;
  /** Further connections, as another process would have them. */
  connect(): RedisConnections;
  bus(settings?: Partial<BusSettings>, options?: Partial<BusOptions>): RunningBus;
  close(): Promise<void>;
}

export async function openTestRedis(): Promise<TestRedis> {
  const url = process.env.REDIS_URL;
  if (!url)
    throw new Error('REDIS_URL is missing: run these specs with vitest and its global set-up');
  const prefix = `test-${randomUUID()}:`;
  const opened: RedisConnections[] = [];
  const buses: RunningBus[] = [];
  const connect = (): RedisConnections => {
    const redis = connectRedis({ url, prefix, name: 'spec', log: silentLog });
    opened.push(redis);
    return redis;
  };
  const redis = connect();
  await redis.ready();
  return {
    redis,
    prefix,
    connect,
    bus(settings, options) {
      const bus = createBus({
        redis,
        log: silentLog,
        clock: systemClock,
        newId,
        producerId: 'spec',
        ...options,
        settings: { retryDelayMs: 5, leaseMs: 300, minIdleMs: 300, ...settings },
      });
      buses.push(bus);
      return bus;
    },
    async close() {
      await Promise.all(buses.map((bus) => bus.close()));
      const keys = await redis.commands.keys(`${prefix}*`);
      if (keys.length > 0) await redis.commands.del(keys.map((key) => key.slice(prefix.length)));
      for (const connections of opened) connections.close();
    },
  };
}

export const person = newId<UserId>();
export const session = newId<SessionId>();

export const finding = (seq: number): FindingMessage => ({
  session_id: session,
  user_id: person,
  observed_at: new Date().toISOString(),
  cause: 'batch',
  observations: [],
  batch_seq: seq,
});

/** Waits until `holds` or the spec's patience ends. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  patienceMs = 20_000,
): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error('what was waited for did not come');
    await sleep(5);
  }
}
