// Archives of the audit log: what is archived is found, opened and verified as before, and is erased with its person.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AuditRecord } from '@verity/protocol/audit/schemas';
import { anAuditRecord, aRun, openAuditWorld, type AuditWorld } from '../spec-audit';
import archive from './cleanup_old_blockchain_records';
import verify from './verify_audit_integrity';

const OLD = new Date('2020-01-01T00:00:00.000Z').toISOString();

let world: AuditWorld;
beforeEach(async () => {
  world = await openAuditWorld();
});
afterEach(() => world.close());

const archived = () => archive.handler({}, aRun(), world.tools);
const verdict = () => verify.handler({ evidence: 'all' }, aRun(), world.tools);
const files = (): string[] => readdirSync(join(world.directory, 'archive')).sort();
const old = (count: number, subject?: string): AuditRecord[] =>
  Array.from({ length: count }, (_, at) =>
    anAuditRecord({ at: OLD, details: { secret: `words ${at}` }, ...(subject ? { subject } : {}) }),
  );
/** What the index itself holds. */
const stored = async (index: number) =>
  (await world.connection.db?.collection('audit_entries').findOne({ _id: index as never })) as {
    archived?: string;
    record: { details: unknown };
  } | null;

describe('the archive', () => {
  it('takes the details of old records out of the index, and nothing is missed', async () => {
    const records = [...old(300), anAuditRecord()];
    await world.record(records);
    expect(await archived()).toEqual({ archived: 300, files: 2 });
    expect(files()).toEqual([
      'audit-000000000000-000000000255.jsonl.gz',
      'audit-000000000256-000000000299.jsonl.gz',
    ]);
    expect(await stored(7)).toMatchObject({ archived: files()[0], record: { details: null } });
    expect((await stored(300))?.record.details).toEqual({ device: 'a laptop' });
    const { auditEntries } = world.stores;
    expect((await auditEntries.byId((records[7] as AuditRecord).id))?.record).toEqual(records[7]);
    expect((await auditEntries.at(299))?.record).toEqual(records[299]);
    const { items } = await auditEntries.list({}, { limit: 100 });
    expect(items[99]?.record).toEqual(records[201]);
    expect(await verdict()).toMatchObject({ state: 'intact', done: 301 });
    expect(world.enqueued).toEqual(['store_large_data_ipfs']);
    // Done already: nothing is done twice.
    expect(await archived()).toEqual({ archived: 0, files: 0 });
  });

  it('says nothing to who has its files and no keys', async () => {
    await world.record(old(3));
    await archived();
    const text = gunzipSync(readFileSync(join(world.directory, 'archive', files()[0] as string)));
    expect(text.toString()).toContain('"action":"auth.login"');
    for (const word of ['words', 'user:ada', '192.0.2.9'])
      expect(text.toString()).not.toContain(word);
  });

  it('is done again where it was cut off between the file and the index', async () => {
    const records = old(5);
    await world.record(records);
    await archived();
    await world.connection.db
      ?.collection('audit_entries')
      .updateMany(
        { _id: { $gte: 3 as never } },
        { $unset: { archived: 1 }, $set: { 'record.details': { secret: 'words 3' } } },
      );
    await archived();
    expect((await world.stores.auditEntries.at(1))?.record).toEqual(records[1]);
    expect((await world.stores.auditEntries.at(3))?.record.details).toEqual({ secret: 'words 3' });
  });

  it('lets go of a person who is erased, without its files being touched', async () => {
    await world.record([...old(2, 'user:bob'), ...old(2)]);
    await archived();
    const before = readFileSync(join(world.directory, 'archive', files()[0] as string));
    await world.record([
      anAuditRecord({ action: 'person.erased', actor: 'system:spec', subject: 'user:bob' }),
    ]);
    expect(readFileSync(join(world.directory, 'archive', files()[0] as string))).toEqual(before);
    expect((await world.stores.auditEntries.at(0))?.record.details).toBeNull();
    expect((await world.stores.auditEntries.at(2))?.record.details).toEqual({ secret: 'words 0' });
    expect(await verdict()).toMatchObject({ state: 'intact' });
  });

  it('is missed by the next verification when it is lost', async () => {
    await world.record(old(4));
    await archived();
    rmSync(join(world.directory, 'archive', files()[0] as string));
    const found = await verdict();
    expect(found).toMatchObject({ state: 'broken', found: 4 });
    expect(world.told[0]).toContain('record 0');
  });
});
