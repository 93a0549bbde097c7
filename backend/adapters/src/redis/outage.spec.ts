// A Redis of its own is killed and comes back: who asks learns it at once, readers recover, nothing acknowledged is lost.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId, systemClock } from '../world';
import { createBus, type RunningBus } from './bus';
import { answer, connectRedis, type RedisConnections } from './connect';
import { finding, silentLog, until } from './testing';

const directory = mkdtempSync(join(tmpdir(), 'verity-outage-'));
const socket = join(directory, 'redis.sock');
let server: ChildProcess;
let redis: RedisConnections;
let bus: RunningBus;

async function startRedis(): Promise<void> {
  const settings = {
    port: '0',
    unixsocket: socket,
    dir: directory,
    appendonly: 'yes',
    appendfsync: 'always',
    save: '',
  };
  server = spawn(
    'redis-server',
    Object.entries(settings).flatMap(([key, value]) => [`--${key}`, value]),
    {
      stdio: 'ignore',
    },
  );
  await once(server, 'spawn');
}

async function killRedis(): Promise<void> {
  server.kill('SIGKILL');
  await once(server, 'exit');
}

beforeAll(async () => {
  await startRedis();
  redis = connectRedis({ url: socket, name: 'spec', prefix: 'out:', log: silentLog });
  await redis.ready();
  bus = createBus({
    redis,
    log: silentLog,
    clock: systemClock,
    newId,
    producerId: 'spec',
    settings: { leaseMs: 500, batchSize: 20 },
  });
});
afterAll(async () => {
  await bus.close();
  redis.close();
  await killRedis();
  rmSync(directory, { recursive: true, force: true });
});

describe('when Redis is killed and comes back', () => {
  it('every message that was acknowledged is handled, in order, and its effect counts once', async () => {
    const seen: number[] = [];
    const worker = bus.consume({
      stream: 'stream:findings',
      group: 'group:score',
      ordered: true,
      async handle(messages) {
        const before = Number(await answer(redis.commands.get('sum')));
        for (const { payload } of messages) seen.push(payload.batch_seq!);
        const sum = messages.reduce((total, { payload }) => total + payload.batch_seq!, before);
        return { state: [{ key: 'sum', value: String(sum) }] };
      },
    });
    const acknowledged: number[] = [];
    const refusals = new Set<string>();
    let publishing = true;
    const publisher = (async () => {
      for (let seq = 1; publishing; seq++) {
        try {
          await bus.publish('stream:findings', finding(seq));
          acknowledged.push(seq);
        } catch (error) {
          refusals.add((error as { code: string }).code);
          await sleep(5);
        }
      }
    })();
    for (let kill = 0; kill < 2; kill++) {
      const before = seen.length;
      await until(() => seen.length > before + 100);
      await killRedis();
      const asked = performance.now();
      await expect(redis.commands.ping()).rejects.toThrow();
      expect(performance.now() - asked).toBeLessThan(500);
      await sleep(300);
      await startRedis();
    }
    await until(() => seen.length > 400);
    publishing = false;
    await publisher;
    const newest = acknowledged.at(-1)!;
    await until(() => seen.includes(newest), 15_000);
    await worker.stop();
    expect([...refusals]).toEqual(['unavailable']);
    const handled = new Set(seen);
    expect(acknowledged.filter((seq) => !handled.has(seq))).toEqual([]);
    // A handler may see a message again; in the order of the stream each time, and its effect counts once.
    const firstSeen = [...handled];
    expect(firstSeen).toEqual(firstSeen.toSorted((a, b) => a - b));
    const stored = await redis.commands.xrange('stream:findings', '-', '+');
    const dead = await redis.commands.xlen('stream:dead_letter');
    const total = stored.reduce(
      (sum, [, fields]) => sum + JSON.parse(fields[1]!).payload.batch_seq,
      0,
    );
    expect(dead).toBe(0);
    expect(Number(await redis.commands.get('sum'))).toBe(total);
  }, 60_000);

  it('a server that is not there is reported within the deadline', async () => {
    const listener = createServer().listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const { port } = listener.address() as AddressInfo;
    listener.close();
    const nowhere = connectRedis({
      url: `redis://127.0.0.1:${port}`,
      name: 'spec',
      log: silentLog,
    });
    await expect(nowhere.ready(200)).rejects.toMatchObject({ code: 'unavailable' });
    nowhere.close();
  });
});
