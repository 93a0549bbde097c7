// The sequencer over a real disk and a real MongoDB: one place for each record, whatever is told twice or cut off.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openSealedEvidence } from '@verity/adapters/crypto/evidence-cipher';
import { logFiles } from '@verity/adapters/log-files';
import { logReader } from '@verity/adapters/log-reader';
import { MongoFormerChain } from '@verity/adapters/mongo/audit-chain';
import { mongoRepositories } from '@verity/adapters/mongo/repositories';
import { scratchDatabase, type ScratchDatabase } from '@verity/adapters/mongo/scratch';
import { newId, systemClock } from '@verity/adapters/world';
import { chainRecords } from '@verity/domain/audit/chain';
import { openEvidence } from '@verity/domain/audit/evidence';
import { recordProofs } from '@verity/domain/audit/prove-record';
import { verifyIntegrity } from '@verity/domain/audit/verify-integrity';
import { AuditRecord } from '@verity/protocol/audit/schemas';
import { Fault } from '@verity/protocol/faults';
import { openAudit, openSequencer, type Audit } from './spec-audit';

let database: ScratchDatabase;
let directory: string;
let audit: Audit;
let stores: ReturnType<typeof mongoRepositories>;
const open: { close(): Promise<void> }[] = [];

beforeEach(async () => {
  database = await scratchDatabase();
  stores = mongoRepositories(database.connection, { clock: systemClock });
  directory = mkdtempSync(join(tmpdir(), 'verity-audit-'));
  audit = await openAudit(footing());
});
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
  await database.drop();
  rmSync(directory, { recursive: true, force: true });
});

const footing = () => ({
  mongo: database.connection,
  clock: systemClock,
  newId,
  stores,
  log: { warn: () => undefined },
  config: {
    MASTER_KEY: 'ab'.repeat(32),
    PUBLIC_URL: 'https://verity.example',
    PORT: 5000,
    DATA_DIR: directory,
    EVIDENCE_ABOVE_BYTES: 4_096,
  },
});

function sequencer(changes: Partial<ReturnType<typeof footing>> = {}) {
  const opened = openSequencer({ ...footing(), ...changes }, audit);
  open.push(opened);
  return opened;
}

const ada = newId<string>();
const eve = newId<string>();
const aRecord = (changes: Partial<Record<keyof AuditRecord, unknown>> = {}): AuditRecord =>
  AuditRecord.parse({
    id: newId<string>(),
    at: new Date().toISOString(),
    actor: `user:${ada}`,
    action: 'auth.login',
    subject: `session:${newId<string>()}`,
    outcome: 'success',
    address: '192.0.2.9',
    details: { device: 'a laptop' },
    ...changes,
  });
const records = (count: number): AuditRecord[] => Array.from({ length: count }, () => aRecord());

const integrity = (rootOnChain?: (size: number) => Promise<string | null>) =>
  verifyIntegrity(
    {
      ...(rootOnChain ? { rootOnChain } : {}),
      ...audit.identity,
      sha256: audit.sha256,
      hmac: audit.hmac,
      files: logFiles(audit.directory),
      index: stores.auditEntries,
      anchors: stores.auditAnchors,
      keys: audit.personKeys,
      open: openSealedEvidence,
      block: stores.auditEvidence.copy,
    },
    { evidence: 'all' },
  );

const proofs = () =>
  recordProofs({
    index: stores.auditEntries,
    anchors: stores.auditAnchors,
    keys: audit.personKeys,
    evidence: stores.auditEvidence,
    log: logReader(audit.directory, { ...audit.identity, sha256: audit.sha256 }),
    key: audit.identity.key,
    sha256: audit.sha256,
    hmac: audit.hmac,
  });

async function idsInOrder(): Promise<string[]> {
  const ids = [];
  for await (const { record } of stores.auditEntries.walk({})) ids.push(record.id);
  return ids;
}

describe('the sequencer', () => {
  it('gives each record one place, in order, however often it is told', async () => {
    const [first, second] = [records(300), records(5)];
    const one = sequencer();
    await one.record(first);
    await one.record([...first.slice(290), ...second, ...second]);
    expect(await idsInOrder()).toEqual([...first, ...second].map(({ id }) => id));
    expect(await integrity()).toMatchObject({ found: 0, to: 305, done: 305 });
  });

  it('finds the places of records whose index was cut off, in a process of its own', async () => {
    const [all, more] = [records(20), records(3)];
    const theirs = mongoRepositories(database.connection, { clock: systemClock });
    const add = theirs.auditEntries.add.bind(theirs.auditEntries);
    vi.spyOn(theirs.auditEntries, 'add').mockImplementation(async (entries) => {
      // The store dies in the midst of it.
      await add(entries.slice(4, 9));
      throw new Error('away');
    });
    const dying = sequencer({ stores: theirs });
    await expect(dying.record(all)).rejects.toThrow('away');
    await dying.close();
    const next = sequencer();
    // They come again in other batches, with others behind them.
    await next.record(all.slice(0, 7));
    await next.record([...all.slice(7), ...more]);
    expect(await idsInOrder()).toEqual([...all, ...more].map(({ id }) => id));
    expect(await integrity()).toMatchObject({ found: 0, to: 23 });
  });

  it('waits while another process writes, and takes over when that one is idle', async () => {
    const [one, other] = [sequencer(), sequencer()];
    await one.record(records(2));
    await expect(other.record(records(2))).rejects.toMatchObject({ code: 'unavailable' });
    await expect
      .poll(
        () =>
          other.record(records(2)).then(
            () => true,
            () => false,
          ),
        { timeout: 10_000 },
      ) // prettier-ignore
      .toBe(true);
    expect(await integrity()).toMatchObject({ found: 0 });
  });

  it('writes nothing more once the log cannot be trusted, and loses nothing', async () => {
    const one = sequencer();
    await one.record(records(3));
    await one.close();
    const checkpoint = join(audit.directory, 'checkpoint');
    const text = readFileSync(checkpoint, 'utf8');
    writeFileSync(checkpoint, text.replace('\n3\n', '\n2\n'));
    const waiting = records(1);
    await expect(sequencer().record(waiting)).rejects.toMatchObject({ code: 'unavailable' });
    expect(await idsInOrder()).toHaveLength(3);
    writeFileSync(checkpoint, text);
    await sequencer().record(waiting);
    expect(await integrity()).toMatchObject({ found: 0, to: 4 });
  });

  it('takes no places of entries that the log has lost', async () => {
    const one = sequencer();
    await one.record(records(3));
    await one.close();
    const old = join(directory, 'old');
    cpSync(audit.directory, old, { recursive: true });
    const two = sequencer();
    await two.record(records(2));
    await two.close();
    rmSync(audit.directory, { recursive: true });
    cpSync(old, audit.directory, { recursive: true });
    await expect(sequencer().record(records(1))).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('has 3 entries, and its index knows 5') as string,
    });
    expect(await stores.auditEntries.end()).toBe(5);
  });

  it('refuses what has no canonical form before anything is written', async () => {
    const one = sequencer();
    const odd = aRecord({ details: { text: '\ud800' } });
    await expect(one.record([aRecord(), odd])).rejects.toThrow(TypeError);
    await one.record([aRecord()]);
    expect(await integrity()).toMatchObject({ found: 0, to: 1 });
  });

  it('puts large details aside, encrypted, and reads them back', async () => {
    const details = { user: `user:${eve}`, list: 'x'.repeat(10_000) };
    const large = aRecord({ actor: 'system:policy', details });
    await sequencer().record([large]);
    const { evidence, key } = await proofs().evidenceKey(large.id);
    const verdict = await openEvidence(evidence, large.id, key, {
      sha256: audit.sha256,
      open: openSealedEvidence,
      block: stores.auditEvidence.copy,
    });
    expect(verdict).toEqual({ holds: true, details });
    expect(await integrity()).toMatchObject({ found: 0, evidence: 1 });
    expect((await proofs().proofOf(large.id)).evidence).toMatchObject({ state: 'waiting' });
  });
});

describe('an erasure', () => {
  it('destroys what can be read of a person, and every proof still holds', async () => {
    const byAda = aRecord({ details: { user: `user:${ada}`, text: 'y'.repeat(9_000) } });
    const aboutAda = aRecord({ actor: `user:${eve}`, subject: `user:${ada}` });
    const byEve = aRecord({ actor: `user:${eve}` });
    const erasure = aRecord({
      actor: `user:${eve}`,
      action: 'person.erased',
      subject: `user:${ada}`,
      details: { reason: 'asked for it' },
    });
    const after = aRecord();
    const one = sequencer();
    // In one batch: what stands before it is closed with the key that goes.
    await one.record([byAda, aboutAda, byEve, erasure, after]);
    const text = JSON.stringify(await stores.auditEntries.list({}, { limit: 10 }));
    expect(text.split(ada)).toHaveLength(2);
    expect(text).toContain('person.erased');
    expect(await stores.auditEntries.byId(aboutAda.id)).toMatchObject({
      record: { actor: `user:${eve}`, subject: null, details: null, address: '192.0.2.9' },
      erased: ['details', 'subject'],
    });
    const receipt = await proofs().receiptOf(
      (await stores.auditEntries.byId(aboutAda.id)) as never,
      ['actor', 'subject', 'details', 'address', 'evidence'],
    );
    expect(Object.keys(receipt.openings).sort()).toEqual(['actor', 'address']);
    await expect(proofs().evidenceKey(byAda.id)).rejects.toMatchObject({ code: 'not-found' });
    expect(await stores.auditEvidence.counts()).toMatchObject({ waiting: 0, unpin: 1 });
    // Told again it changes nothing, but takes the key that the person has by now.
    await one.record([byAda, erasure]);
    expect(await integrity()).toMatchObject({ found: 0, to: 5 });
  });
});

describe('the chain of earlier versions', () => {
  const chained = async (count: number) => {
    const former = new MongoFormerChain(database.connection);
    const links = chainRecords(null, records(count), audit.sha256);
    await former.restore(links);
    return { former, links };
  };

  it('is moved into the log in its order, once, and the verdict on it is on record', async () => {
    const { former, links } = await chained(1_005);
    const next = aRecord();
    await sequencer().record([next]);
    const ids = await idsInOrder();
    expect(ids).toHaveLength(1_007);
    expect(ids.slice(0, 1_005)).toEqual(links.map(({ record }) => record.id));
    expect(await stores.auditEntries.at(1_005)).toMatchObject({
      record: {
        action: 'log.migrated',
        outcome: 'success',
        details: { intact: true, records: 1_005, head: links.at(-1)?.hash },
      },
    });
    expect(ids[1_006]).toBe(next.id);
    expect(await former.isEmpty()).toBe(true);
    expect(await integrity()).toMatchObject({ found: 0, to: 1_007 });
  });

  it('is moved though it was broken, or though an attempt was cut off', async () => {
    const { links } = await chained(30);
    await database.connection
      .collection<{ _id: number }>('audit_records')
      .updateOne({ _id: 7 }, { $set: { 'record.outcome': 'failure' } });
    const theirs = mongoRepositories(database.connection, { clock: systemClock });
    vi.spyOn(theirs.auditEntries, 'add').mockRejectedValue(new Error('away'));
    const dying = sequencer({ stores: theirs });
    await expect(dying.record(records(1))).rejects.toThrow('away');
    await dying.close();
    await sequencer().record(records(1));
    expect((await idsInOrder()).slice(0, 30)).toEqual(links.map(({ record }) => record.id));
    expect(await stores.auditEntries.at(30)).toMatchObject({
      record: { outcome: 'failure', details: { intact: false, broken_at: { seq: 7 } } },
    });
    expect(await integrity()).toMatchObject({ found: 0, to: 32 });
  });
});

describe('verifying', () => {
  it('names the record that was changed, removed or added in the index', async () => {
    const all = records(6);
    await sequencer().record(all);
    const entries = database.connection.collection<{ _id: number }>('audit_entries');
    await entries.updateOne({ _id: 2 }, { $set: { 'record.address': '203.0.113.1' } });
    await entries.updateOne({ _id: 3 }, { $set: { 'record.outcome': 'failure' } });
    await entries.deleteOne({ _id: 4 });
    const { found, findings } = await integrity();
    expect(found).toBe(3);
    expect(findings).toMatchObject([
      { index: 2, why: 'The index has another address than the log commits to.' },
      { index: 3, why: 'The index has another outcome than the log.' },
      { index: 4, why: 'The log has it, and the index has not.' },
    ]);
  });

  it('compares anchors with the log and the contract, and goes on without a chain that is away', async () => {
    const one = sequencer();
    await one.record(records(5));
    const { root } = await integrity();
    const checkpoint = readFileSync(join(audit.directory, 'checkpoint'), 'utf8');
    const at = new Date().toISOString();
    await stores.auditAnchors.add({
      ...{ size: 5, root: root as string, checkpoint, previous_size: 0, consistency: [] },
      ...{ state: 'confirmed', transactions: [], sending: null, place: null, earlier: [] },
      ...{ frozen_at: at, sent_at: at, confirmed_at: at, last_error: null },
    });
    await one.record(records(5));
    const holds = await integrity((size) => Promise.resolve(size === 5 ? root : null));
    expect(holds).toMatchObject({ found: 0, anchors: 1, error: null });
    expect(await integrity(() => Promise.resolve('00'.repeat(32)))).toMatchObject({
      found: 1,
      findings: [{ where: 'anchor 5', why: 'The contract holds another root for it.' }],
    });
    const away = () => Promise.reject(new Fault('unavailable', 'The chain is away.'));
    expect(await integrity(away)).toMatchObject({
      found: 0,
      error: expect.stringContaining('away') as string,
    });
  });
});
