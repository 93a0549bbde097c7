// Archives of audit records: files under the data directory, and which records of the index are in which.
import { gunzip, gzip } from 'node:zlib';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Connection } from 'mongoose';
import type { AuditArchive } from '@verity/domain/audit/ports';
import { auditEntries, toFound, type EntryDocument } from './audit-entries';
import { op, Store, type Filter } from './store';

const zip = promisify(gzip);
const unzip = promisify(gunzip);
/** Of a file of 256 records, unpacked. */
const LARGEST_BYTES = 64e6;

const due = (before: Date): Filter => ({
  archived: null,
  'record.at': op({ $lt: before.toISOString() }),
  'record.details': op({ $ne: null }),
});

export class MongoAuditArchive implements AuditArchive {
  readonly #store: Store<EntryDocument>;

  constructor(
    connection: Connection,
    private readonly directory: string,
  ) {
    this.#store = new Store(connection, auditEntries);
  }

  countDue(before: Date) {
    return this.#store.count(due(before));
  }

  async due(before: Date, limit: number) {
    return (await this.#store.many(due(before), { _id: 1 }, limit)).map(toFound);
  }

  async release(file: string, indices: readonly number[]) {
    await this.#store.changeAll(
      { _id: op({ $in: [...indices] }), archived: null },
      { $set: { archived: file, 'record.details': null } },
    );
  }

  async write(file: string, text: string) {
    const path = join(this.directory, file);
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    const packed = await zip(text);
    const fresh = `${path}.${process.pid}.new`;
    const handle = await open(fresh, 'w', 0o600);
    try {
      await handle.writeFile(packed);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(fresh, path);
    for (const folder of [this.directory, dirname(this.directory)]) await sync(folder);
  }

  async read(file: string) {
    try {
      const packed = await readFile(join(this.directory, file));
      return (await unzip(packed, { maxOutputLength: LARGEST_BYTES })).toString();
    } catch {
      return null; // Lost, cut or changed: whoever misses what it held says so.
    }
  }
}

async function sync(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
