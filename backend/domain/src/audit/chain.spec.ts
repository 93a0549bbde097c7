// The chain of audit records: what was done to it shows.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AuditRecord } from '@verity/protocol/audit/schemas';
import {
  chainRecords,
  GENESIS_HASH,
  verifyChain,
  type ChainedAuditRecord,
  type Sha256,
} from './chain';

const sha256: Sha256 = (bytes) => createHash('sha256').update(bytes).digest();

const aRecord = (index: number, details: Record<string, unknown> = {}): AuditRecord =>
  AuditRecord.parse({
    id: `00000000-0000-7000-8000-${String(index).padStart(12, '0')}`,
    at: '2026-03-01T12:00:00.000Z',
    actor: 'system:spec',
    action: 'auth.login',
    subject: `session:${index}`,
    outcome: 'success',
    address: null,
    details,
  });

const aChain = (length: number): ChainedAuditRecord[] =>
  chainRecords(
    null,
    Array.from({ length }, (_, index) => aRecord(index, { index })),
    sha256,
  );

describe('the audit chain', () => {
  it('hashes the hash before and the canonical record', () => {
    const [link] = chainRecords(null, [aRecord(1)], sha256);
    const text =
      '{"action":"auth.login","actor":"system:spec","address":null,"at":"2026-03-01T12:00:00.000Z",' +
      '"details":{},"id":"00000000-0000-7000-8000-000000000001","outcome":"success","subject":"session:1"}';
    const expected = createHash('sha256')
      .update(Buffer.alloc(32))
      .update(text, 'utf8')
      .digest('hex');
    expect(link).toMatchObject({ seq: 0, prev_hash: GENESIS_HASH, hash: expected });
  });

  it('is the same however it was cut into batches', () => {
    const whole = aChain(10);
    const records = whole.map(({ record }) => record);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 }), (cut) => {
        const first = chainRecords(null, records.slice(0, cut), sha256);
        const second = chainRecords(first.at(-1) ?? null, records.slice(cut), sha256);
        expect([...first, ...second]).toEqual(whole);
      }),
    );
  });

  it('is intact when nothing was done to it, and empty when there is none', async () => {
    const chain = aChain(5);
    expect(await verifyChain(chain, sha256)).toEqual({
      intact: true,
      records: 5,
      head: chain[4]?.hash,
      broken_at: null,
    });
    expect(await verifyChain([], sha256)).toMatchObject({ intact: true, records: 0, head: null });
  });

  it('shows where a record was changed, dropped, moved, added or its hash made again', async () => {
    const brokenAt = async (tamper: (chain: ChainedAuditRecord[]) => void) => {
      const chain = structuredClone(aChain(8));
      tamper(chain);
      const verdict = await verifyChain(chain, sha256);
      expect(verdict.intact).toBe(false);
      return verdict.broken_at?.seq;
    };
    const at = (chain: ChainedAuditRecord[], seq: number) => chain[seq] as ChainedAuditRecord;
    expect(await brokenAt((chain) => (at(chain, 3).record.outcome = 'failure'))).toBe(3);
    expect(await brokenAt((chain) => (at(chain, 3).record.details['index'] = 4))).toBe(3);
    expect(await brokenAt((chain) => chain.splice(3, 1))).toBe(3);
    expect(await brokenAt((chain) => chain.splice(0, 1))).toBe(0);
    expect(await brokenAt((chain) => chain.reverse())).toBe(0);
    expect(await brokenAt((chain) => chain.splice(4, 0, at(chain, 3)))).toBe(4);
    const forged = (chain: ChainedAuditRecord[]) => {
      const before = at(chain, 2);
      const [link] = chainRecords(before, [aRecord(3, { forged: true })], sha256);
      chain[3] = link as ChainedAuditRecord;
    };
    // A record that fits in itself is betrayed by the one after it.
    expect(await brokenAt(forged)).toBe(4);
  });

  it('shows any one changed character', async () => {
    const text = JSON.stringify(aChain(4));
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length - 1), fc.constantFrom('0', '1', 'f'), async (at, to) => {
        const changed = text.slice(0, at) + to + text.slice(at + 1);
        if (changed === text) return;
        let chain: ChainedAuditRecord[];
        try {
          chain = JSON.parse(changed) as ChainedAuditRecord[];
        } catch {
          return; // No JSON any more: seen at once.
        }
        if (JSON.stringify(chain) === text) return; // The same values, written otherwise.
        expect((await verifyChain(chain, sha256)).intact).toBe(false);
      }),
    );
  });
});
