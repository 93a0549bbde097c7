// The host of the embedded engine, driven by the real driver: what it answers, refuses and sweeps.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serialize } from 'bson';
import { MongoClient } from 'mongodb';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { bundle } from '../bundle.mjs';
import { engineLibrary, patchedLibrary } from './mongodb-engine';
import { expired } from './mongodb-ttl';
import { frameCommand } from './mongodb-wire';

let directory: string;
let host: ChildProcess | undefined;
let client: MongoClient | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'verity-mongodb-'));
});

afterEach(async () => {
  await client?.close();
  client = undefined;
  host?.kill('SIGKILL');
  host = undefined;
  rmSync(directory, { recursive: true, force: true });
});

const socketPath = () => join(directory, 'mongo.sock');

async function start(settings: Record<string, string> = {}): Promise<MongoClient> {
  const program = await bundle('scripts/stack/mongodb-host.ts');
  host = spawn(process.execPath, [program], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      ...engineLibrary(join(directory, 'native')),
      MONGODB_DIRECTORY: join(directory, 'engine'),
      MONGODB_SOCKET: socketPath(),
      ...settings,
    },
  });
  let said = '';
  for await (const chunk of host.stdout as AsyncIterable<Buffer>) {
    said += chunk.toString();
    if (said.includes('the engine is open')) break;
  }
  client = new MongoClient(
    `mongodb://${encodeURIComponent(socketPath())}/test?directConnection=true&w=majority&journal=true`,
  );
  return client;
}

it('starts the engine from libraries that ask for no glibc newer than this one has', async () => {
  const library = patchedLibrary(join(directory, 'native'));
  const mongo = await start({ NAPI_RS_NATIVE_LIBRARY_PATH: library });
  const { ok } = await mongo.db().command({ ping: 1 });
  expect(ok).toBe(1);
});

it('refuses the session commands that would crash the engine, and lives on', async () => {
  const mongo = await start();
  const commands = ['startSession', 'killSessions', 'killAllSessions', 'refreshSessions'];
  for (const name of [...commands, 'killAllSessionsByPattern']) {
    await expect(mongo.db('admin').command({ [name]: 1 })).rejects.toMatchObject({ code: 59 });
  }
  expect(await mongo.db('admin').command({ endSessions: [] })).toMatchObject({ ok: 1 });
  expect(await mongo.db().command({ ping: 1 })).toMatchObject({ ok: 1 });
});

it('understands a message that arrives byte by byte', async () => {
  await start();
  const socket = connect({ path: socketPath() });
  await once(socket, 'connect');
  const message = frameCommand(serialize({ ping: 1, $db: 'admin' }));
  for (const byte of message) {
    socket.write(Buffer.of(byte));
    await new Promise(setImmediate);
  }
  const [reply] = (await once(socket, 'data')) as [Buffer];
  expect(reply.readInt32LE(0)).toBe(reply.length);
  expect(reply.includes('ok')).toBe(true);
  socket.destroy();
});

it('drops a connection that sends no wire protocol, and serves the others', async () => {
  const mongo = await start();
  const socket = connect({ path: socketPath() });
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await once(socket, 'close');
  expect(await mongo.db().command({ ping: 1 })).toMatchObject({ ok: 1 });
});

it('refuses writes while the disk is nearly full; reads and drops go on', async () => {
  const mongo = await start();
  await mongo.db().collection('kept').insertOne({ value: 1 });
  await mongo.close();
  host?.kill('SIGTERM');
  await once(host as ChildProcess, 'exit');

  const full = await start({ MONGODB_LEAST_FREE_BYTES: String(Number.MAX_SAFE_INTEGER) });
  const kept = full.db().collection('kept');
  await expect(kept.insertOne({ value: 2 })).rejects.toMatchObject({ code: 14031 });
  await expect(kept.aggregate([{ $out: 'copy' }]).toArray()).rejects.toMatchObject({ code: 14031 });
  expect(await kept.countDocuments()).toBe(1);
  expect(await kept.drop()).toBe(true);
});

it('deletes what has expired by the declared TTL indexes, and nothing else', async () => {
  const mongo = await start({ MONGODB_TTL_SECONDS: '0.2' });
  const notes = mongo.db().collection('notes');
  await notes.createIndex({ at: 1 }, { expireAfterSeconds: 60 });
  await notes.insertMany([
    { name: 'old', at: new Date(Date.now() - 120_000) },
    { name: 'new', at: new Date() },
    { name: 'timeless' },
    { name: 'worded', at: 'long ago' },
  ]);
  await expect.poll(() => notes.distinct('name')).toEqual(['new', 'timeless', 'worded']);
});

it('honours the partial filter of a TTL index', () => {
  const index = { key: { at: 1 }, expireAfterSeconds: 1, partialFilterExpression: { done: true } };
  expect(expired(index, new Date(2_000))).toEqual({
    $and: [{ done: true }, { at: { $lt: new Date(1_000) } }],
  });
});

it('closes the engine, removes its socket and ends with 0 on SIGTERM', async () => {
  const mongo = await start();
  await mongo.db().collection('kept').insertOne({ value: 1 });
  host?.kill('SIGTERM');
  expect(await once(host as ChildProcess, 'exit')).toEqual([0, null]);
  expect(existsSync(socketPath())).toBe(false);
});
