// The log on a real disk: durable before it is told, whole after a death at any moment, one writer at a time.
import { createHash, generateKeyPairSync, sign, verify, createPublicKey } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MerkleLog, type LogFiles, type LogKeys } from '@verity/domain/audit/log';
import {
  checkConsistency,
  checkInclusion,
  leafHash,
  rootOf,
  type Sha256,
} from '@verity/domain/audit/merkle';
import { proveConsistency, proveInclusion } from '@verity/domain/audit/prove';
import { logFiles } from './log-files';
import { lockLog } from './log-lock';

const sha256: Sha256 = (bytes) => createHash('sha256').update(bytes).digest();
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

function keysOf(name: string): LogKeys {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const key = publicKey.export({ format: 'der', type: 'spki' }).subarray(SPKI.length);
  return {
    key: { name, kind: 'ed25519', key: Uint8Array.from(key) },
    sign: (message) => sign(null, message, privateKey),
    verify: (of, message, signature) => {
      const spki = { key: Buffer.concat([SPKI, of]), format: 'der', type: 'spki' } as const;
      return verify(null, message, createPublicKey(spki), signature);
    },
    sha256,
  };
}

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'verity-log-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const keys = keysOf('log.example/verity');
const entry = (index: number): Uint8Array => Buffer.from(`entry ${index}`);
const entries = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => entry(from + index));
const open = (files: LogFiles = logFiles(directory)) => MerkleLog.open(files, keys);
const rootOfEntries = (size: number) =>
  rootOf(
    entries(0, size).map((one) => leafHash(one, sha256)),
    sha256,
  );
async function readAll(log: MerkleLog): Promise<string[]> {
  const read: string[] = [];
  for await (const one of log.entries(0)) read.push(Buffer.from(one).toString());
  return read;
}

describe('a log on a disk', () => {
  it('has the entries in their order, and the root of the definition, whatever the batches', async () => {
    const batches = [1, 1, 254, 1, 3, 600, 37, 1];
    let log = await open();
    let size = 0;
    for (const count of batches) {
      expect(await log.append(entries(size, count))).toMatchObject({ first: size });
      size += count;
      expect(Buffer.from(log.root)).toEqual(Buffer.from(rootOfEntries(size)));
      // Every second time by another process.
      if (size % 2 === 0) log = await open();
    }
    log = await open();
    expect(log.size).toBe(size);
    expect(await readAll(log)).toEqual(entries(0, size).map((one) => Buffer.from(one).toString()));
    expect(existsSync(join(directory, 'tile/0/000'))).toBe(true);
    await vi.waitFor(() => expect(existsSync(join(directory, 'tile/0/000.p'))).toBe(false));
    expect(existsSync(join(directory, 'tile/1/000.p/3'))).toBe(true);
    expect(log.checkpoint?.split('\n')[1]).toBe(String(size));
  });

  it('proves every entry in every tree, and every tree to go on from every one before', async () => {
    const log = await open();
    await log.append(entries(0, 700));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 700 }), fc.nat(), async (size, any) => {
        // A tree between two checkpoints needs partial tiles that were never published: only the last size is asked for.
        const index = any % 700;
        const proof = await proveInclusion(index, 700, log.reader(), sha256);
        const leaf = leafHash(entry(index), sha256);
        expect(checkInclusion(leaf, proof, log.root, sha256)).toEqual({ holds: true });
        const path = await proveConsistency(size, 700, log.reader(), sha256);
        expect(checkConsistency(path, rootOfEntries(size), log.root, sha256)).toEqual({
          holds: true,
        });
      }),
      { numRuns: 30 },
    );
  });

  it('is whole after a death between any two steps, and loses nothing that was acknowledged', async () => {
    const batches = [3, 250, 10, 300];
    let steps = Number.POSITIVE_INFINITY;
    for (let dieAt = 0; dieAt < steps; dieAt++) {
      rmSync(directory, { recursive: true, force: true });
      let done = 0;
      const dying = mortal(logFiles(directory), () => done++ >= dieAt);
      let acknowledged = 0;
      let died = false;
      try {
        const log = await open(dying);
        for (const count of batches) {
          await log.append(entries(acknowledged, count));
          acknowledged += count;
        }
      } catch (error) {
        expect(error).toBe(DEATH);
        died = true;
      }
      if (!died) steps = done;
      const after = await open();
      // The last batch may have been published without anybody having heard of it.
      expect(after.size).toBeGreaterThanOrEqual(acknowledged);
      const more = entries(after.size, 5);
      await after.append(more);
      expect(Buffer.from((await open()).root)).toEqual(Buffer.from(rootOfEntries(after.size)));
    }
    expect(steps).toBeGreaterThan(20);
  });

  it('takes the next batches while one is on its way, and gives them their places in order', async () => {
    const log = await open();
    const appended = await Promise.all([
      log.append(entries(0, 300)),
      log.append(entries(300, 5)),
      log.append([]),
      log.append(entries(305, 700)),
    ]);
    expect(appended.map(({ first }) => first)).toEqual([0, 300, 305, 305]);
    expect(appended[1]?.leaves).toEqual(entries(300, 5).map((one) => leafHash(one, sha256)));
    expect(log.root).toEqual(rootOfEntries(1_005));
    expect(await readAll(await open())).toHaveLength(1_005);
  });

  it('tells the batches behind one that failed that they failed too, and goes on from what is there', async () => {
    const files = logFiles(directory);
    const publish = vi.fn<LogFiles['publish']>((note, before) => files.publish(note, before));
    const log = await open({ ...files, publish });
    await log.append(entries(0, 3));
    publish.mockRejectedValueOnce(new Error('away'));
    const failed = log.append([entry(90)]);
    const behind = [log.append([entry(91)]), log.append([])];
    const ends = await Promise.allSettled([failed, ...behind]);
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(log.size).toBe(3);
    expect(await log.append(entries(3, 300))).toMatchObject({ first: 3 });
    expect(Buffer.from((await open()).root)).toEqual(Buffer.from(rootOfEntries(303)));
  });

  it('leaves nothing of a batch that a death cut off, though its tiles are filled by another one', async () => {
    const dying = logFiles(directory);
    const log = await open({ ...dying, publish: () => Promise.reject(DEATH) });
    await expect(log.append(entries(0, 300))).rejects.toBe(DEATH);
    const after = await open();
    await after.append(entries(0, 512));
    await after.append(entries(512, 1));
    await vi.waitFor(() => expect(readdirSync(join(directory, 'tile/0'))).not.toContain('001.p'));
  });

  it('keeps one writer: the one that was overtaken is refused and writes nothing', async () => {
    const one = await open();
    await one.append(entries(0, 5));
    const other = await open();
    await other.append(entries(5, 5));
    await expect(one.append([Buffer.from('a fork')])).rejects.toMatchObject({ code: 'conflict' });
    const after = await open();
    expect(await readAll(after)).toEqual(
      entries(0, 10).map((item) => Buffer.from(item).toString()),
    );
  });

  it('is locked by one process alone, until that one lets go or dies', async () => {
    const lock = await lockLog(directory);
    await expect(lockLog(directory)).rejects.toMatchObject({ code: 'conflict' });
    await lock.release();
    const script = `
      import { spawn } from 'node:child_process';
      const args = ['--exclusive', '--nonblock', '--no-fork', process.argv[1], 'cat'];
      const holder = spawn('flock', args, { stdio: ['pipe', 'pipe', 'ignore'] });
      holder.stdin.write('.');
      holder.stdout.once('data', () => console.log('locked'));
    `;
    const path = join(directory, 'writer.lock');
    const other = spawn(process.execPath, ['--input-type=module', '-e', script, path]);
    await once(other.stdout, 'data');
    await expect(lockLog(directory)).rejects.toMatchObject({ code: 'conflict' });
    other.kill('SIGKILL');
    await once(other, 'exit');
    const again = await vi.waitFor(() => lockLog(directory));
    await again.release();
  });

  it('says which file was changed, cut or removed at its edge, and does not open', async () => {
    const log = await open();
    await log.append(entries(0, 300));
    const paths = ['checkpoint', 'tile/entries/001.p/44', 'tile/0/001.p/44', 'tile/1/000.p/1'];
    for (const path of paths) {
      const file = join(directory, path);
      const bytes = readFileSync(file);
      for (const at of [0, 20, bytes.length - 1]) {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] as number) ^ 1;
        writeFileSync(file, changed);
        await expect(open(), `${path} at ${at}`).rejects.toMatchObject({ code: 'internal' });
      }
      writeFileSync(file, bytes.subarray(1));
      await expect(open(), path).rejects.toMatchObject({ code: 'internal' });
      if (path !== 'checkpoint') {
        rmSync(file);
        await expect(open(), path).rejects.toMatchObject({
          message: expect.stringContaining(path),
        });
      }
      writeFileSync(file, bytes);
    }
    expect((await open()).size).toBe(300);
    await expect(MerkleLog.open(logFiles(directory), keysOf('log.example/verity'))).rejects.toThrow(
      'not signed by the key',
    );
    expect(readdirSync(directory).sort()).toEqual(['checkpoint', 'tile']);
  });

  it('says that the disk is full, loses nothing, and goes on when there is room', async () => {
    const log = await open();
    await log.append(entries(0, 2));
    for (const file of ['tile/entries/000.p/3.new', 'tile/0/000.p/3.new', 'checkpoint.new']) {
      const path = join(directory, file);
      mkdirSync(dirname(path), { recursive: true });
      // Whatever is written there, the kernel finds no room for.
      symlinkSync('/dev/full', path);
      await expect((await open()).append(entries(2, 1))).rejects.toMatchObject({
        code: 'unavailable',
        message: 'The disk of the audit log is full; nothing was lost.',
      });
      rmSync(path);
      expect((await open()).size).toBe(2);
    }
    const again = await open();
    await again.append(entries(2, 300));
    expect(again.root).toEqual(rootOfEntries(302));
    expect(await readAll(await open())).toHaveLength(302);
  });

  it('refuses an entry that no bundle can hold, and keeps the rest', async () => {
    const log = await open();
    const large = log.append([new Uint8Array(65_536)]);
    await expect(large).rejects.toMatchObject({ code: 'too-large' });
    await log.append([new Uint8Array(65_535)]);
    expect(log.size).toBe(1);
  });
});

const DEATH = new Error('killed');

/** Files of a process that dies before a step, having done a part of it. */
function mortal(files: LogFiles, dies: () => boolean): LogFiles {
  return {
    read: (path) => (dies() ? Promise.reject(DEATH) : files.read(path)),
    async write(all) {
      for (const file of all) {
        if (dies()) throw DEATH;
        await files.write([file]);
      }
    },
    publish: (checkpoint, before) =>
      dies() ? Promise.reject(DEATH) : files.publish(checkpoint, before),
    removePartials: (tiles) => (dies() ? Promise.reject(DEATH) : files.removePartials(tiles)),
  };
}
