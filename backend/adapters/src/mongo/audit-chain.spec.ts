// The audit chain in a real MongoDB.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { AuditRecord } from '@verity/protocol/audit/schemas';
import { chainRecords, verifyChain, type Sha256 } from '@verity/domain/audit/chain';
import { newId } from '../world';
import type { Repositories } from './repositories';
import { scratchStores } from './spec-stores';
import { later, now } from './scratch-records';

const { stores, connection } = scratchStores();
const sha256: Sha256 = (bytes) => createHash('sha256').update(bytes).digest();

describe('the audit chain', () => {
  const aRecord = (details: Record<string, unknown> = {}): AuditRecord =>
    AuditRecord.parse({
      id: newId<string>(),
      at: now.toISOString(),
      actor: 'system:spec',
      action: 'auth.login',
      subject: 'session:1',
      outcome: 'success',
      address: null,
      details,
    });

  it('grows from one writer at a time, without gap or fork, and comes back as it was hashed', async () => {
    expect(await stores().auditChain.head()).toBeNull();
    const odd = {
      empty: {},
      list: [[], { '$x.y': null }],
      n: -1.5e-7,
      big: 2 ** 53,
      text: 'é\u0000',
    };
    const first = chainRecords(null, [aRecord(odd), aRecord(), aRecord()], sha256);
    await stores().auditChain.append(first);
    // The answer was lost: the same again is no harm.
    await stores().auditChain.append(first);
    const head = await stores().auditChain.head();
    expect(head).toEqual({ seq: 2, hash: first[2]?.hash });

    const writers = Array.from({ length: 5 }, () =>
      stores().auditChain.append(chainRecords(head, [aRecord(), aRecord()], sha256)),
    );
    const outcomes = await Promise.allSettled(writers);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const late = chainRecords(head, [aRecord()], sha256);
    await expect(stores().auditChain.append(late)).rejects.toMatchObject({ code: 'conflict' });
    const gap = chainRecords({ seq: 90, hash: 'ab'.repeat(32) }, [aRecord()], sha256);
    await expect(stores().auditChain.append(gap)).rejects.toMatchObject({ code: 'conflict' });
    expect(await verifyChain(stores().auditChain.walk(), sha256)).toMatchObject({
      intact: true,
      records: 5,
    });
    const ids = first.map(({ record }) => record.id as string);
    expect(await stores().auditChain.known([...ids, newId()])).toEqual(new Set(ids));
  });

  it('is listed by actor, action and time', async () => {
    const find = (filter: Parameters<Repositories['auditChain']['list']>[0]) =>
      stores().auditChain.list(filter, { limit: 2 });
    expect(await find({ actor: 'system:spec', from: now, to: later(1) })).toMatchObject({
      total: 5,
    });
    expect(await find({ to: now })).toMatchObject({ total: 0 });
    expect(await find({ action: 'auth.logout' })).toMatchObject({ total: 0, next_cursor: null });
  });

  it('betrays a record that was changed in the database', async () => {
    await connection()
      .collection<{ _id: number }>('audit_records')
      .updateOne({ _id: 1 }, { $set: { 'record.actor': 'system:nobody' } });
    expect(await verifyChain(stores().auditChain.walk(), sha256)).toMatchObject({
      intact: false,
      broken_at: { seq: 1 },
    });
  });
});
