// The supervisor itself is killed, and stopped under load: its next start finds everything, and nothing is left behind.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundle } from '../bundle.mjs';
import { socketDirectory } from '../stack/bring-up';
import { freePort } from '../stack/free-port';
import { identify } from '../stack/process-identity';
import { settle } from './ledger';
import { ask, invite, makeFirstAdmin, signIn, type Signed } from './people';
import { Typing } from './typing';
import { until } from './until';

interface Running {
  child: ChildProcess;
  redis: string;
  pids: number[];
  startMs: number;
}

let root: string;
let dataDir: string;
let temporary: string;
let port: number;
let url: string;
let program: string;
let running: Running;
let admin: Signed;
let people: Signed[];
let typings: Typing[];

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'verity-supervisor-'));
  dataDir = join(root, 'data');
  temporary = join(root, 'tmp');
  mkdirSync(temporary);
  port = await freePort();
  url = `http://localhost:${port}`;
  program = await bundle('scripts/faults/platform-process.ts');
  running = await start();
  admin = await signIn(url, await makeFirstAdmin(url, dataDir));
  people = [];
  for (const name of ['ada', 'alan'])
    people.push(await signIn(url, await invite(admin, url, name)));
  typings = people.map((signed, at) => new Typing(url, signed, 50 + at));
}, 90_000);

afterAll(async () => {
  for (const typing of typings ?? []) typing.close();
  if (running && running.child.exitCode === null && running.child.signalCode === null) {
    running.child.kill('SIGTERM');
    await once(running.child, 'exit');
  }
  rmSync(root, { recursive: true, force: true });
}, 60_000);

async function start(): Promise<Running> {
  const began = performance.now();
  const { REDIS_URL: _redis, MONGODB_URL: _mongodb, ...env } = process.env;
  const child = spawn(process.execPath, [program, dataDir, String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...env, TMPDIR: temporary, LOG_LEVEL: 'warn' },
  });
  const said = once(child.stdout as NodeJS.ReadableStream, 'data') as Promise<[Buffer]>;
  const [chunk] = await Promise.race([
    said,
    once(child, 'exit').then(() => Promise.reject(new Error('the platform did not start'))),
  ]);
  const { redis, pids } = JSON.parse(chunk.toString()) as { redis: string; pids: number[] };
  return { child, redis, pids, startMs: performance.now() - began };
}

/** Has people type, and resolves when some of it is acknowledged and more is on its way. */
async function work(): Promise<void> {
  const before = typings.map(({ acknowledged }) => acknowledged.length);
  for (const typing of typings) typing.type(40);
  await until('acknowledgements', () =>
    typings.every(({ acknowledged }, at) => acknowledged.length > (before[at] ?? 0) + 8),
  );
}

/** Everything that was acknowledged before or after is scored once; everybody is who they were. */
async function expectEverything(): Promise<void> {
  await Promise.all(typings.map((typing) => typing.finished()));
  expect(typings.flatMap(({ refused }) => refused)).toEqual([]);
  expect(await settle(running.redis, typings)).toEqual([]);
  for (const { token, person } of people) {
    expect(await ask(url, '/api/v1/me', { token })).toMatchObject({ status: 200 });
    await signIn(url, person);
  }
}

it('finds accounts, sessions, scores and the audit chain after a kill -9 of the supervisor', async () => {
  await work();
  const before = await admin.door.call('GET /api/v1/audit/verify', {});
  const killed = running;
  killed.child.kill('SIGKILL');
  await until('the orphans to end', () => killed.pids.every((pid) => !identify(pid)));
  running = await start();
  await expectEverything();
  for (const { session } of people) {
    const { points } = await admin.door.call('GET /api/v1/sessions/:id/risk', {
      params: { id: session },
      query: {},
    });
    expect(points.length).toBeGreaterThan(0);
  }
  const after = await admin.door.call('GET /api/v1/audit/verify', {});
  expect(after).toMatchObject({ intact: true, broken_at: null });
  expect(after.records).toBeGreaterThanOrEqual(before.records);
}, 90_000);

it('ends within 30 s of SIGTERM under load and leaves nothing behind; the next start takes under 20 s', async () => {
  await work();
  const stopped = running;
  const began = performance.now();
  stopped.child.kill('SIGTERM');
  expect(await once(stopped.child, 'exit')).toEqual([0, null]);
  expect(performance.now() - began).toBeLessThan(30_000);
  expect(stopped.pids.filter((pid) => identify(pid))).toEqual([]);
  expect(readdirSync(join(dataDir, 'run'))).toEqual([]);
  expect(existsSync(join(dataDir, 'verity.lock'))).toBe(false);
  expect(readdirSync(temporary)).toEqual([]);

  running = await start();
  expect(running.startMs).toBeLessThan(20_000);
  await expectEverything();
  expect(existsSync(socketDirectory(dataDir))).toBe(true);
}, 90_000);
