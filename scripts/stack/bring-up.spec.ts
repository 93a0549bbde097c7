// The stack on one machine, with real processes: what survives, and that nothing is left behind.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { bundle } from '../bundle.mjs';
import { bringUp, type Stack, socketDirectory } from './bring-up';
import { mongodb } from './mongodb';
import { identify } from './process-identity';
import { redis } from './redis';

const NOTHING_NAMED = { PATH: process.env.PATH };
let dataDir: string;
let stacks: Stack[];
let processes: ChildProcess[];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'verity-stack-'));
  stacks = [];
  processes = [];
});

afterEach(async () => {
  for (const child of processes) child.kill('SIGKILL');
  for (const stack of stacks) await stack.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function up(): Promise<Stack> {
  const stack = await bringUp({
    dataDir,
    env: NOTHING_NAMED,
    install: false,
    parts: [redis, mongodb],
  });
  stacks.push(stack);
  return stack;
}

async function down(stack: Stack): Promise<void> {
  stacks = stacks.filter((other) => other !== stack);
  await stack.stop();
}

/** The stack in a process of its own, and what it says when it is up. */
async function upElsewhere(): Promise<{ child: ChildProcess; pids: number[]; env: Stack['env'] }> {
  const program = await bundle('scripts/testing/stack-process.ts');
  const child = spawn(process.execPath, [program, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: NOTHING_NAMED,
  });
  processes.push(child);
  const [chunk] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
  const { env, children } = JSON.parse(chunk.toString()) as {
    env: Stack['env'];
    children: number[];
  };
  return { child, pids: children, env };
}

async function write(env: Stack['env'], value: number): Promise<void> {
  const redis = new Redis(env.REDIS_URL as string);
  await redis.rpush('values', value);
  redis.disconnect();
  const mongo = new MongoClient(env.MONGODB_URL as string);
  await mongo.db().collection('values').insertOne({ value });
  await mongo.close();
}

async function read(env: Stack['env']): Promise<{ redis: number[]; mongodb: number[] }> {
  const redis = new Redis(env.REDIS_URL as string);
  const fromRedis = await redis.lrange('values', 0, -1);
  redis.disconnect();
  const mongo = new MongoClient(env.MONGODB_URL as string);
  const documents = await mongo.db().collection('values').find().sort({ value: 1 }).toArray();
  await mongo.close();
  return { redis: fromRedis.map(Number), mongodb: documents.map(({ value }) => Number(value)) };
}

async function until(condition: () => boolean, deadlineMs: number): Promise<boolean> {
  const deadline = Date.now() + deadlineMs;
  while (!condition() && Date.now() < deadline) await sleep(50);
  return condition();
}

it('finds all data and the same secrets at the second start', async () => {
  const first = await up();
  await write(first.env, 1);
  await down(first);
  const second = await up();
  expect(await read(second.env)).toEqual({ redis: [1], mongodb: [1] });
  expect(second.env.MASTER_KEY).toBe(first.env.MASTER_KEY);
  expect(second.env.MASTER_KEY).toMatch(/^[0-9a-f]{64}$/);
});

it('keeps secrets where only the owner reads them', async () => {
  await up();
  const secrets = join(dataDir, 'secrets');
  expect(statSync(secrets).mode & 0o777).toBe(0o700);
  for (const name of readdirSync(secrets)) {
    expect(statSync(join(secrets, name)).mode & 0o777).toBe(0o600);
  }
});

it('brings back a killed Redis and a killed MongoDB with every acknowledged write', async () => {
  const stack = await up();
  await write(stack.env, 1);
  for (const child of stack.supervisor.children) {
    const before = child.pid as number;
    process.kill(before, 'SIGKILL');
    expect(await until(() => child.pid !== before && child.isReady, 15_000)).toBe(true);
  }
  expect(await read(stack.env)).toEqual({ redis: [1], mongodb: [1] });
  await write(stack.env, 2);
  expect(await read(stack.env)).toEqual({ redis: [1, 2], mongodb: [1, 2] });
});

it('leaves no process, socket, lock or pid file after a stop', async () => {
  const stack = await up();
  const pids = stack.supervisor.children.map(({ pid }) => pid as number);
  const sockets = socketDirectory(dataDir);
  await down(stack);
  expect(pids.map(identify)).toEqual([undefined, undefined]);
  expect(existsSync(sockets)).toBe(false);
  expect(readdirSync(join(dataDir, 'run'))).toEqual([]);
  expect(existsSync(join(dataDir, 'verity.lock'))).toBe(false);
});

it('stops everything on SIGTERM with exit code 0', async () => {
  const { child, pids } = await upElsewhere();
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect(pids.map(identify)).toEqual([undefined, undefined]);
  expect(readdirSync(join(dataDir, 'run'))).toEqual([]);
  expect(existsSync(join(dataDir, 'verity.lock'))).toBe(false);
});

it('leaves no orphan when the supervisor itself is killed, and starts again on its data', async () => {
  const { child, pids, env } = await upElsewhere();
  await write(env, 1);
  child.kill('SIGKILL');
  expect(await until(() => pids.every((pid) => !identify(pid)), 8_000)).toBe(true);
  const next = await up();
  expect(await read(next.env)).toEqual({ redis: [1], mongodb: [1] });
});

it('refuses a second start on the same data directory, naming who holds it', async () => {
  await up();
  await expect(bringUp({ dataDir, env: NOTHING_NAMED })).rejects.toThrow(
    `${dataDir} is in use by another Verity, process ${process.pid}`,
  );
});

it('never touches a server that the environment names', async () => {
  const stack = await bringUp({
    dataDir,
    env: {
      REDIS_HOST: 'elsewhere',
      MONGODB_URL: 'mongodb://elsewhere/verity',
      RABBITMQ_URL: 'amqp://elsewhere',
      IPFS_URL: 'http://elsewhere:5001',
      CHAIN_URL: 'http://elsewhere:8545',
    },
  });
  stacks.push(stack);
  expect(stack.supervisor.children).toEqual([]);
  expect(stack.env.REDIS_URL).toBe('redis://elsewhere:6379/0');
  expect(stack.env.MONGODB_URL).toBe('mongodb://elsewhere/verity');
});

it('names the ways out when a program is missing and installing is refused', async () => {
  const missing = {
    name: 'broker',
    title: 'The broker',
    variable: 'BROKER_URL',
    debianPackage: 'broker-server',
    composeService: 'broker',
    named: () => undefined,
    find: () => Promise.resolve(undefined),
    probe: () => Promise.reject(new Error('nobody there')),
  };
  await expect(bringUp({ dataDir, parts: [missing], env: {}, install: false })).rejects.toThrow(
    'The broker is missing on this machine\nFix: set BROKER_URL to a server that runs, or ' +
      'apt-get install broker-server, or docker compose up broker (docker-compose.yml)',
  );
});

it('puts sockets into a short private folder when the data directory lies deep', () => {
  const deep = join(dataDir, 'a'.repeat(90));
  const sockets = socketDirectory(deep);
  try {
    expect(sockets.length).toBeLessThan(70);
    expect(statSync(sockets).mode & 0o777).toBe(0o700);
    expect(socketDirectory(deep)).toBe(sockets);
  } finally {
    rmSync(sockets, { recursive: true });
  }
});
