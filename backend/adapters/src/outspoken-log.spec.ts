// What auditors are told when the log on the disk is not what it was.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MerkleLog } from '@verity/domain/audit/log';
import { logIdentity, sha256 } from './crypto/audit-crypto';
import { logFiles } from './log-files';
import { logReader } from './log-reader';
import { outspoken } from './outspoken-log';

const keys = { ...logIdentity('log.example/verity', new Uint8Array(32).fill(1)), sha256 };
const told = (what: RegExp) => ({ code: 'unavailable', message: expect.stringMatching(what) });

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'verity-outspoken-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

it('says which file is missing, and which cannot be read', async () => {
  const log = await MerkleLog.open(logFiles(directory), keys);
  await log.append([Buffer.from('one'), Buffer.from('two')]);
  const reader = outspoken(logReader(directory, keys));
  expect(await reader.checkpoint()).toMatchObject({ size: 2 });
  rmSync(join(directory, 'tile'), { recursive: true });
  await expect(reader.reader(2)([{ level: 0, index: 0 }])).rejects.toMatchObject(
    told(/cannot be trusted. Its file tile.* is missing/),
  );
  await expect(reader.entries(0, 1, 2).next()).rejects.toMatchObject(told(/missing or cut/));
  writeFileSync(join(directory, 'checkpoint'), 'hello');
  await expect(reader.checkpoint()).rejects.toMatchObject(told(/none of this log/));
  rmSync(join(directory, 'checkpoint'));
  mkdirSync(join(directory, 'checkpoint'));
  await expect(reader.checkpoint()).rejects.toMatchObject(
    told(/file checkpoint of the audit log cannot be read \(EISDIR\)/),
  );
});
