// The log as others read it: only what it has signed, in trees of any size that was published.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MerkleLog, type LogKeys } from '@verity/domain/audit/log';
import { checkConsistency, leafHash, rootOf } from '@verity/domain/audit/merkle';
import { proveConsistency } from '@verity/domain/audit/prove';
import { logIdentity, sha256 } from './crypto/audit-crypto';
import { logFiles } from './log-files';
import { logReader } from './log-reader';

const keys: LogKeys = { ...logIdentity('log.example/verity', randomBytes(32)), sha256 };

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'verity-log-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const entry = (index: number): Uint8Array => Buffer.from(`entry ${index}`);
const root = (size: number) =>
  rootOf(
    Array.from({ length: size }, (_, index) => leafHash(entry(index), sha256)),
    sha256,
  );

it('proves between all sizes that were published, also where a partial tile has gone since', async () => {
  const log = await MerkleLog.open(logFiles(directory), keys);
  const reader = logReader(directory, keys);
  expect(await reader.checkpoint()).toBeNull();
  const sizes = [1, 7, 255, 256, 300, 511, 700];
  for (const size of sizes) {
    const from = log.size;
    await log.append(Array.from({ length: size - from }, (_, index) => entry(from + index)));
    expect(await reader.checkpoint()).toMatchObject({ size, note: log.checkpoint });
  }
  for (const [at, from] of sizes.entries()) {
    for (const to of sizes.slice(at + 1)) {
      const proof = await proveConsistency(from, to, reader.reader(to), sha256);
      expect(checkConsistency(proof, root(from), root(to), sha256)).toEqual({ holds: true });
    }
  }
  const read: string[] = [];
  for await (const one of reader.entries(250, 300, 511)) read.push(Buffer.from(one).toString());
  expect(read).toEqual(Array.from({ length: 50 }, (_, index) => `entry ${250 + index}`));
});

it('refuses a checkpoint that another key signed, that is of another log, or that is no text of one', async () => {
  const log = await MerkleLog.open(logFiles(directory), keys);
  await log.append([entry(0)]);
  const path = join(directory, 'checkpoint');
  const ours = readFileSync(path, 'utf8');
  const other = { ...keys, key: { ...keys.key, key: new Uint8Array(32).fill(7) } };
  await expect(logReader(directory, other).checkpoint()).rejects.toThrow(/not signed/);
  const renamed = { ...keys, key: { ...keys.key, name: 'log.example/other' } };
  await expect(logReader(directory, renamed).checkpoint()).rejects.toThrow(/none of this log/);
  for (const broken of [ours.replace('\n1\n', '\n2\n'), ours.slice(0, -5), '', 'hello']) {
    writeFileSync(path, broken);
    await expect(logReader(directory, keys).checkpoint()).rejects.toMatchObject({
      code: 'internal',
    });
  }
});
