// The nightly walk over a real log, index and node: a whole one, and one that somebody has changed.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { anAuditRecord, aRun, openAuditWorld, type AuditWorld } from '../spec-audit';
import store from './store_large_data_ipfs';
import task from './verify_audit_integrity';

let world: AuditWorld;
beforeEach(async () => {
  world = await openAuditWorld();
});
afterEach(async () => {
  await world.stores.auditEvidence.flag('ada');
  await store.handler({}, aRun(), world.tools);
  await world.close();
});

const verify = (run = aRun()) => task.handler({ evidence: 'all' }, run, world.tools);
const large = () => anAuditRecord({ details: { signals: 'x'.repeat(10_000) } });

describe('verify_audit_integrity', () => {
  it('finds a whole log whole, evidence on the node included, and keeps the verdict', async () => {
    await world.record([anAuditRecord(), large(), anAuditRecord()]);
    expect(await store.handler({}, aRun(), world.tools)).toMatchObject({ stored: 1, waiting: 0 });
    const run = aRun();
    expect(await verify(run)).toMatchObject({ state: 'intact', done: 3, evidence: 1, found: 0 });
    expect(await world.stores.auditVerifications.byId(run.id)).toMatchObject({
      state: 'intact',
      by: 'user:operator',
      to: 3,
      ended_at: expect.any(String),
    });
    expect(world.told).toEqual([]);
  });

  it('names a record of the index that was changed, and tells admins', async () => {
    await world.record([anAuditRecord(), anAuditRecord()]);
    await world.connection.db
      ?.collection('audit_entries')
      .updateOne({ _id: 1 as never }, { $set: { 'record.details.device': 'another' } });
    expect(await verify()).toMatchObject({
      state: 'broken',
      findings: [{ where: 'record 1', index: 1 }],
    });
    expect(world.told[0]).toContain('another details than the log commits to');
    expect(await world.stores.auditVerifications.lastVerdict()).toMatchObject({ state: 'broken' });
  });

  it('names the tile of which a bit was turned', async () => {
    await world.record(Array.from({ length: 5 }, () => anAuditRecord()));
    const tiles = join(world.directory, 'log', 'tile', '0');
    const [name] = (readdirSync(tiles, { recursive: true }) as string[]).filter((path) =>
      path.endsWith('/5'),
    );
    const path = join(tiles, name as string);
    const bytes = readFileSync(path);
    bytes[70] = (bytes[70] as number) ^ 1;
    writeFileSync(path, bytes);
    const found = (await verify()) as { state: string; findings: { where: string }[] };
    expect(found.state).toBe('broken');
    expect(found.findings[0]?.where).toContain('tile/0');
  });

  it('does not take a log that is gone for one that is empty', async () => {
    expect(await verify()).toMatchObject({ state: 'intact', done: 0 });
    await world.record([anAuditRecord(), anAuditRecord()]);
    rmSync(join(world.directory, 'log'), { recursive: true });
    const why = 'The index has 2 records from here on, and the log has not: it was cut.';
    expect(await verify()).toMatchObject({
      state: 'broken',
      findings: [{ where: 'record 0', index: 0, why }],
    });
  });

  it('names a record whose evidence is gone from the node', async () => {
    await world.record([large()]);
    await store.handler({}, aRun(), world.tools);
    const entry = await world.stores.auditEntries.at(0);
    const { cids } = (entry?.record.details as { evidence: { cids: string[] } }).evidence;
    await world.tools.audit.evidence.blocks?.remove(cids[0] as string);
    expect(await verify()).toMatchObject({
      state: 'broken',
      findings: [{ where: 'evidence of record 0', why: `The block ${cids[0]} is gone.` }],
    });
  });

  it('that is cancelled says nothing of the log', async () => {
    await world.record([anAuditRecord()]);
    const controller = new AbortController();
    controller.abort(new Error('enough'));
    const run = aRun({ signal: controller.signal });
    await expect(verify(run)).rejects.toThrow('enough');
    expect(await world.stores.auditVerifications.byId(run.id)).toMatchObject({
      state: 'cancelled',
    });
  });

  it('refuses a range that is none', () => {
    expect(task.payload.safeParse({ from: 5, to: 5 }).error?.issues[0]?.message).toBe(
      'must be above from',
    );
    expect(task.payload.parse({})).toEqual({ evidence: 'sample' });
  });
});
