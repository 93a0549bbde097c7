// Specs of the audit routes behind the real door: records, receipts and their check, files of the log, exports, erasure.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '@verity/adapters/world';
import type { AuditRecord } from '@verity/protocol/audit/schemas';
import { openSequencer } from '../pipeline/spec-audit';
import { openPlatform, type Platform, type Visitor } from './spec-platform';

let platform: Platform;
let sequencer: ReturnType<typeof openSequencer>;
let admin: Visitor;
let auditor: Visitor;
let user: Visitor;
let ada: string;
let all: AuditRecord[];

const aRecord = (changes: Partial<AuditRecord> = {}): AuditRecord => ({
  id: newId(),
  at: new Date().toISOString(),
  actor: 'system:policy',
  action: 'session.terminated',
  subject: `session:${newId<string>()}`,
  outcome: 'success',
  address: '192.0.2.4',
  details: { user: `user:${ada}`, reason: 'typing like somebody else' },
  ...changes,
});

beforeAll(async () => {
  platform = await openPlatform();
  sequencer = openSequencer(platform.ground, platform.audit);
  await platform.person('admin@example.org', 'admin');
  await platform.person('auditor@example.org', 'auditor');
  ada = (await platform.person('ada@example.org')).id;
  admin = await platform.visit('admin@example.org');
  auditor = await platform.visit('auditor@example.org');
  user = await platform.visit('ada@example.org');
  all = [
    aRecord(),
    aRecord({ action: 'auth.login', actor: `user:${ada}` }),
    aRecord({ details: { user: `user:${ada}`, list: 'x'.repeat(9_000) } }),
    aRecord({ action: 'policy.changed', subject: 'policy:2', details: {} }),
  ];
  await sequencer.record(all);
});
afterAll(async () => {
  await sequencer.close();
  await platform.close();
});

const first = () => all[0] as AuditRecord;
const receiptOf = async (id: string, query = ''): Promise<string> => {
  const answer = await auditor.call('GET', `/api/v1/audit/records/${id}/receipt${query}`);
  expect(answer.status).toBe(200);
  return answer.text;
};
const check = async (receipt: string) =>
  (await auditor.call('POST', '/api/v1/audit/receipts', { receipt })).json as {
    verdict: string;
    failed: string | null;
    links: { link: string; state: string; where: string | null }[];
  };

describe('records', () => {
  it('are for admins and auditors alone, by filter', async () => {
    expect((await user.call('GET', '/api/v1/audit')).status).toBe(403);
    const found = await auditor.call('GET', `/api/v1/audit?person=${ada}&action=auth.login`);
    expect(found.json).toMatchObject({ total: 1, items: [{ index: 1, erased: [] }] });
  });

  it('come with their leaf and the path to a signed root', async () => {
    const { json } = await auditor.call('GET', `/api/v1/audit/records/${first().id}`);
    expect(json).toMatchObject({
      entry: { index: 0, record: { id: first().id } },
      leaf: { v: 1, action: 'session.terminated' },
      inclusion: { index: 0, size: 4 },
      anchor: null,
      evidence: null,
    });
    expect(JSON.stringify(json)).toContain(ada);
    expect((await auditor.call('GET', `/api/v1/audit/records/${newId<string>()}`)).status).toBe(
      404,
    );
  });

  it('give their large details back from evidence', async () => {
    const id = (all[2] as AuditRecord).id;
    const read = await auditor.call('GET', `/api/v1/audit/records/${id}/evidence`);
    expect(JSON.parse(read.text)).toEqual(all[2]?.details);
    const none = await auditor.call('GET', `/api/v1/audit/records/${first().id}/evidence`);
    expect(none.status).toBe(404);
  });
});

describe('a receipt', () => {
  it('is consistent before an anchor covers it, opens what is asked for, and says who signed', async () => {
    const whole = await receiptOf((all[2] as AuditRecord).id);
    expect(await check(whole)).toMatchObject({
      verdict: 'consistent',
      failed: null,
      trust: { key: 'pinned' },
    });
    const closed = await receiptOf(first().id, '?disclose=');
    expect(closed).not.toContain(ada);
    expect(await check(closed)).toMatchObject({ verdict: 'consistent' });
    const odd = await auditor.call(
      'GET',
      `/api/v1/audit/records/${first().id}/receipt?disclose=id`,
    );
    expect(odd.status).toBe(400);
  });

  it('is broken by any change, and the link is named', async () => {
    const text = await receiptOf(first().id);
    const forged = text.replace('typing like somebody else', 'typing like somebody elsf');
    expect(await check(forged)).toMatchObject({ verdict: 'broken', failed: 'openings' });
    const later = text.replace('"outcome":"success"', '"outcome":"failure"');
    expect(await check(later)).toMatchObject({ verdict: 'broken', failed: 'leaf' });
    expect(await check('{}')).toMatchObject({ verdict: 'broken', failed: 'format' });
  });
});

describe('the files of the log', () => {
  it('are there for anybody, by their names alone, and say nothing of people', async () => {
    const checkpoint = await platform.call('GET', '/log/checkpoint');
    expect(checkpoint.headers.get('access-control-allow-origin')).toBe('*');
    expect(checkpoint.headers.get('cache-control')).toBe('no-cache');
    expect(checkpoint.text).toContain('\n4\n');
    const bundle = await platform.call('GET', '/log/tile/entries/000.p/4');
    expect(bundle.status).toBe(200);
    expect(bundle.headers.get('cache-control')).toContain('immutable');
    expect(bundle.text).toContain('session.terminated');
    expect(bundle.text).not.toContain(ada);
    const refused = [
      'writer.lock',
      'tile/0/000',
      'tile/0/000.p/04',
      '..%2f..%2fetc%2fpasswd',
      'checkpoint/',
      '%E0%A4%A',
    ];
    for (const path of refused) {
      expect((await platform.call('GET', `/log/${path}`)).status).toBeGreaterThanOrEqual(400);
    }
    expect(readdirSync(platform.audit.directory)).toContain('writer.lock');
  });
});

describe('the state of the log', () => {
  it('is told in numbers, and walked on demand', async () => {
    const { json } = await auditor.call('GET', '/api/v1/audit/integrity');
    expect(json).toMatchObject({
      log: { origin: 'verity.test/log', size: 4 },
      gaps: 0,
      anchors: { size: 0, newest: null, pending: 0 },
      chain: { ok: true },
      ipfs: { ok: true, waiting: 1 },
    });
    const walked = await auditor.call('GET', '/api/v1/audit/verify');
    expect(walked.json).toMatchObject({ intact: true, records: 4, broken_at: null });
    const tile = join(platform.audit.directory, 'tile/0/000.p/4');
    const bytes = readFileSync(tile);
    const changed = Buffer.from(bytes);
    changed[40] = (changed[40] as number) ^ 1;
    writeFileSync(tile, changed);
    expect((await auditor.call('GET', '/api/v1/audit/verify')).json).toMatchObject({
      intact: false,
      broken_at: { where: 'tile/0/000.p/4', index: 1 },
    });
    writeFileSync(tile, bytes);
  });

  it('is verified by a job that can be followed', async () => {
    const asked = await auditor.call('POST', '/api/v1/audit/verifications', { from: 0 });
    expect(asked.json).toMatchObject({ state: 'running', by: expect.stringMatching(/^user:/) });
    const { id } = asked.json as { id: string };
    const followed = await auditor.call('GET', `/api/v1/audit/verifications/${id}`);
    expect(followed.json).toMatchObject({ id, state: 'running' });
    const list = await auditor.call('GET', '/api/v1/audit/verifications');
    expect(list.json).toMatchObject({ total: 1 });
    // No worker has taken it yet: nobody else could say that it ended.
    expect((await admin.call('POST', `/api/v1/jobs/${id}/cancel`)).status).toBe(200);
    expect((await auditor.call('GET', `/api/v1/audit/verifications/${id}`)).json).toMatchObject({
      state: 'cancelled',
      error: 'It was cancelled.',
    });
    const odd = await auditor.call('POST', '/api/v1/audit/verifications', { from: 5, to: 5 });
    expect(odd.status).toBe(400);
  });
});

describe('exports', () => {
  it('are filtered by moments as people write them', async () => {
    for (const from of ['2020-01-01T00:00:00Z', '2020-01-01T01:30:00%2B01:00']) {
      const found = await auditor.call('GET', `/api/v1/audit?from=${from}`);
      expect(found.status, from).toBe(200);
    }
    const odd = await auditor.call('GET', '/api/v1/audit?from=yesterday');
    expect(odd.json).toMatchObject({ status: 400, issues: [{ path: '/from' }] });
  });

  it('are receipts in lines and a table, and are on record themselves', async () => {
    const lines = await auditor.call('GET', '/api/v1/audit/export/receipts?outcome=success');
    const receipts = lines.text.trimEnd().split('\n');
    expect(receipts).toHaveLength(4);
    expect(await check(`${receipts[3] as string}\n`)).toMatchObject({ verdict: 'consistent' });
    const table = await auditor.call('GET', '/api/v1/audit/export/csv?action=policy.changed');
    expect(table.text.split('\r\n')).toHaveLength(3);
    await expect
      .poll(
        () =>
          platform.published.filter(
            ({ payload }) => 'action' in payload && payload.action === 'audit.exported',
          ).length,
      ) // prettier-ignore
      .toBe(2);
  });
});

describe('an erasure', () => {
  it('is for admins, of a person who is there, and goes on its way as a record', async () => {
    const erase = (who: Visitor, user_id: string) =>
      who.call('POST', '/api/v1/audit/erasures', { user_id, reason: 'asked for it' });
    expect((await erase(auditor, ada)).status).toBe(403);
    expect((await erase(admin, newId())).status).toBe(404);
    const { json } = await erase(admin, ada);
    const id = (json as { record_id: string }).record_id;
    const record = await expect
      .poll(() => platform.published.find(({ payload }) => 'id' in payload && payload.id === id))
      .toBeDefined()
      .then(() => platform.published.find(({ payload }) => 'id' in payload && payload.id === id));
    await sequencer.record([record?.payload as AuditRecord]);
    const receipt = await receiptOf(first().id);
    expect(receipt).not.toContain(ada);
    expect(await check(receipt)).toMatchObject({ verdict: 'consistent' });
  });
});
