// The walk over a whole log: nothing to find in one that is as it was written, and the place of whatever is not.
import { createHash, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { auditLog, type AuditLogOptions, type LogFinding, type LogProgress } from './audit-log';
import { MerkleLog, type LogFiles, type LogKeys } from './log';
import { leafHash } from './merkle';
import { newTiles, tilePath, writeBundle } from './tiles';

const SPKI = Buffer.from('302a300506032b6570032100', 'hex');
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(SPKI.length);
const keys: LogKeys = {
  key: { name: 'log.example/audit', kind: 'ed25519', key: Uint8Array.from(raw) },
  sign: (message) => sign(null, message, privateKey),
  verify: (of, message, signature) => {
    const spki = { key: Buffer.concat([SPKI, of]), format: 'der', type: 'spki' } as const;
    return verify(null, message, createPublicKey(spki), signature);
  },
  sha256: (bytes) => createHash('sha256').update(bytes).digest(),
};

type Kept = Map<string, Uint8Array>;
const inMemory = (kept: Kept): LogFiles => ({
  read: (path) => Promise.resolve(kept.get(path) ?? null),
  write: async (files) => files.forEach(({ path, bytes }) => kept.set(path, bytes)),
  publish: async (bytes) => void kept.set('checkpoint', bytes),
  removePartials: async (tiles) => {
    const full = tiles.map((tile) => `${tilePath(tile)}.p/`);
    for (const path of kept.keys()) {
      if (full.some((start) => path.startsWith(start))) kept.delete(path);
    }
  },
});

const entry = (index: number): Uint8Array => Buffer.from(`entry ${index} of the log`);
async function logOf(...batches: number[]): Promise<Kept> {
  const kept: Kept = new Map();
  const log = await MerkleLog.open(inMemory(kept), keys);
  let next = 0;
  for (const count of batches) {
    await log.append(Array.from({ length: count }, () => entry(next++)));
  }
  return kept;
}

async function walked(kept: Kept, options?: AuditLogOptions) {
  const findings: LogFinding[] = [];
  const progress: LogProgress[] = [];
  for await (const said of auditLog(inMemory(kept), keys.key, keys, options)) {
    if (said.kind === 'finding') findings.push(said);
    else progress.push(said);
  }
  return { findings, progress };
}

/** A copy with one file changed. */
function changed(kept: Kept, path: string, change: (bytes: Buffer) => Uint8Array | void): Kept {
  const bytes = Buffer.from(kept.get(path) as Uint8Array);
  return new Map(kept).set(path, change(bytes) ?? bytes);
}
const flip = (bit: number) => (bytes: Buffer) => {
  bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
};

describe('a walk over a log', () => {
  /** 2 full bundles and a partial one; tiles at two levels. */
  let log: Kept;
  /** Four levels of the tree in tiles: 65,536 + 256 + 44. */
  let large: Kept;
  beforeAll(async () => {
    log = await logOf(300, 400);
    large = await logOf(65_836);
  });

  it.each([0, 1, 2, 255, 256, 257, 511, 512, 700])(
    'finds nothing in a log of %i entries',
    async (size) => {
      const { findings, progress } = await walked(await logOf(size));
      expect(findings).toEqual([]);
      if (size > 0) expect(progress.at(-1)).toEqual({ kind: 'progress', entries: size, size });
    },
  );

  it('finds nothing in a large log, and tells how far it is', async () => {
    const { findings, progress } = await walked(large);
    expect(findings).toEqual([]);
    expect(progress.length).toBeGreaterThan(10);
  });

  it('finds every changed bit of any file, and names the file', async () => {
    const paths = ['checkpoint', ...Array.from(newTiles(0, 700), tilePath)];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), fc.nat(), async (path, place) => {
        const bits = (log.get(path) as Uint8Array).length * 8;
        const { findings } = await walked(changed(log, path, flip(place % bits)));
        expect(findings.map((found) => found.path)).toEqual([path]);
      }),
      { numRuns: 300 },
    );
  });

  it('names the entry that was changed, or whose hash was', async () => {
    const bundle = (at: Kept, first: number, spoil: number): Kept =>
      changed(at, tilePath({ level: 'entries', index: first / 256, width: 256 }), () =>
        writeBundle(
          Array.from({ length: 256 }, (_, index) =>
            entry(first + index + (index === spoil ? 1 : 0)),
          ),
        ),
      );
    expect((await walked(bundle(log, 256, 3))).findings).toMatchObject([
      { path: 'tile/entries/001', index: 259 },
    ]);
    const { findings } = await walked(changed(log, 'tile/0/001', flip(32 * 8 * 9)));
    expect(findings).toMatchObject([{ path: 'tile/0/001', index: 265 }]);
    const partial = await walked(changed(log, 'tile/entries/002.p/188', flip(8 * 30 + 1)));
    expect(partial.findings).toMatchObject([{ path: 'tile/entries/002.p/188', index: 513 }]);
  });

  it('names tiles far above the entries', async () => {
    for (const [path, index] of [
      ['tile/2/000.p/1', 0],
      ['tile/1/000', 256 * 7],
      ['tile/1/001.p/1', 65_536],
      ['tile/0/257.p/44', 65_792],
      ['tile/0/200', 200 * 256],
    ] as const) {
      const at = path === 'tile/1/000' ? 7 * 256 : 5;
      const { findings } = await walked(changed(large, path, flip(at)));
      expect(findings).toMatchObject([{ path, index }]);
    }
  });

  it('says what was rewritten together', async () => {
    const spoilt = Array.from({ length: 256 }, (_, index) =>
      entry(index === 7 ? 1e6 : 51_200 + index),
    );
    const hashes = Buffer.concat(spoilt.map((one) => leafHash(one, keys.sha256)));
    const one = changed(large, 'tile/entries/200', () => writeBundle(spoilt));
    const { findings } = await walked(changed(one, 'tile/0/200', () => hashes));
    expect(findings).toMatchObject([
      { path: 'tile/0/200', index: 51_200, why: expect.stringContaining('rewritten together') },
    ]);
    // A whole other log under the checkpoint of this one.
    const foreign: Kept = new Map();
    await (
      await MerkleLog.open(inMemory(foreign), keys)
    ).append(Array.from({ length: 700 }, (_, index) => entry(index + 1)));
    foreign.set('checkpoint', log.get('checkpoint') as Uint8Array);
    expect((await walked(foreign)).findings).toMatchObject([
      { path: 'checkpoint', why: expect.stringContaining('rewritten together') },
    ]);
  });

  it('names what is missing, cut or too long', async () => {
    for (const path of Array.from(newTiles(0, 700), tilePath)) {
      const without = new Map(log);
      without.delete(path);
      expect((await walked(without)).findings).toMatchObject([{ path, why: 'It is missing.' }]);
      const cut = changed(log, path, (bytes) => bytes.subarray(0, -1));
      expect((await walked(cut)).findings.map((found) => found.path)).toEqual([path]);
      const long = changed(log, path, (bytes) => Buffer.concat([bytes, Buffer.of(0)]));
      expect((await walked(long)).findings.map((found) => found.path)).toEqual([path]);
    }
    const without = new Map(log);
    without.delete('checkpoint');
    expect((await walked(without)).findings).toMatchObject([{ path: 'checkpoint' }]);
  });

  it('refuses a checkpoint of another log or key', async () => {
    const other = { ...keys.key, key: new Uint8Array(32).fill(7) };
    const said: unknown[] = [];
    for await (const one of auditLog(inMemory(log), other, keys)) said.push(one);
    expect(said[0]).toMatchObject({
      path: 'checkpoint',
      why: expect.stringContaining('not signed'),
    });
  });

  it('reads a full tile where the partial one was removed meanwhile', async () => {
    const grown = new Map(await logOf(300, 400, 400)).set(
      'checkpoint',
      log.get('checkpoint') as Uint8Array,
    );
    expect(grown.has('tile/0/002.p/188')).toBe(false);
    expect((await walked(grown)).findings).toEqual([]);
  });

  it('reads only the entries that were asked for, but all hashes', async () => {
    const spoilt = changed(log, 'tile/entries/000', flip(100));
    expect((await walked(spoilt, { from: 256 })).findings).toEqual([]);
    expect((await walked(spoilt, { to: 256 })).findings).toHaveLength(1);
    const tile = changed(log, 'tile/0/000', flip(100));
    expect((await walked(tile, { from: 256 })).findings).toHaveLength(1);
  });

  it('hands the entries on for further checks, and ends when it is told to', async () => {
    const firsts: number[] = [];
    const { findings } = await walked(log, {
      async entries(first, entries) {
        firsts.push(first, entries.length);
        return first === 256
          ? [{ kind: 'finding', path: 'index', index: 300, why: 'It differs.' }]
          : [];
      },
    });
    expect(firsts).toEqual([0, 256, 256, 256, 512, 188]);
    expect(findings).toEqual([{ kind: 'finding', path: 'index', index: 300, why: 'It differs.' }]);
    await expect(walked(log, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow(
      'enough',
    );
  });
});
