// Evidence: what becomes of large details, and that nothing but the whole of it opens again.
import { createCipheriv, createDecipheriv, createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AuditRecord } from '@verity/protocol/audit/schemas';
import type { AuditRecordId } from '@verity/protocol/ids';
import { canonicalJson } from '../kernel/canonical-json';
import {
  EVIDENCE_ABOVE_BYTES,
  evidenceIn,
  externalise,
  LARGEST_EVIDENCE_BYTES,
  LARGEST_PART_BYTES,
  misfitOfEvidence,
  openEvidence,
  type Evidence,
  type EvidencePart,
  type OpenPorts,
  type SealPorts,
} from './evidence';
import { evidenceKeyOf, personsOf } from './leaf';

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
const hmac = (key: Uint8Array, message: string): Uint8Array =>
  createHmac('sha512', key).update(message).digest();
const seal: SealPorts['seal'] = (key, iv, aad, plain) => {
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(aad);
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
};
const open: OpenPorts['open'] = (key, iv, aad, sealed) => {
  const decipher = createDecipheriv('aes-256-gcm', key, iv).setAAD(aad);
  decipher.setAuthTag(sealed.slice(-16));
  try {
    return Buffer.concat([decipher.update(sealed.slice(0, -16)), decipher.final()]);
  } catch {
    return null;
  }
};
const ports = { sha256, seal };
const person = new Uint8Array(32).fill(7);

const recordOf = (details: Record<string, unknown>, id = 'r-1'): AuditRecord => ({
  id: id as AuditRecordId,
  at: '2026-01-01T12:00:00.000Z',
  actor: 'user:ada',
  action: 'session.terminated',
  subject: 'session:1',
  outcome: 'success',
  address: null,
  details,
});
const keyOf = (id = 'r-1'): Uint8Array => evidenceKeyOf(person, id, hmac);
const large = (bytes = 10_000): Record<string, unknown> => ({
  user: 'user:bob',
  reason: 'score above the limit',
  signals: 'x'.repeat(bytes),
});
const from =
  (parts: readonly EvidencePart[]): OpenPorts['block'] =>
  (cid) =>
    Promise.resolve(parts.find((part) => part.cid === cid)?.block ?? null);
const opened = (
  evidence: Evidence,
  parts: readonly EvidencePart[],
  { id = 'r-1', key = keyOf(id) } = {},
) => openEvidence(evidence, id, key, { sha256, open, block: from(parts) });
const evidenceOf = ({ details }: AuditRecord): Evidence => evidenceIn(details) as Evidence;

describe('large details', () => {
  it('leave small ones as they are', () => {
    const record = recordOf({ user: 'user:bob', note: 'short' });
    expect(externalise(record, keyOf(), ports)).toEqual({ record, parts: [] });
    expect(evidenceIn(record.details)).toBeNull();
  });

  it('begin one byte above the bound', () => {
    const filled = (bytes: number) => recordOf({ a: 'x'.repeat(bytes - '{"a":""}'.length) });
    expect(externalise(filled(EVIDENCE_ABOVE_BYTES), keyOf(), ports).parts).toHaveLength(0);
    expect(externalise(filled(EVIDENCE_ABOVE_BYTES + 1), keyOf(), ports).parts).toHaveLength(1);
  });

  it('come back whole, and the record keeps what is small', async () => {
    const before = recordOf(large());
    const { record, parts } = externalise(before, keyOf(), ports);
    const evidence = evidenceOf(record);
    expect(record.details).toEqual({
      user: 'user:bob',
      reason: 'score above the limit',
      evidence,
    });
    expect(evidence.cids).toEqual(parts.map(({ cid }) => cid));
    expect(await opened(evidence, parts)).toEqual({ holds: true, details: before.details });
  });

  it('name the same blocks when the same record comes twice', () => {
    const [first, second] = [1, 2].map(() => externalise(recordOf(large()), keyOf(), ports));
    expect(second).toEqual(first);
    const other = externalise(recordOf(large(), 'r-2'), keyOf('r-2'), ports);
    expect(other.parts[0]?.cid).not.toBe(first?.parts[0]?.cid);
  });

  it('are cut into blocks of a mebibyte', async () => {
    const before = recordOf(large(2 * LARGEST_PART_BYTES));
    const { record, parts } = externalise(before, keyOf(), ports);
    expect(parts.map(({ block }) => block.length)).toEqual([
      LARGEST_PART_BYTES,
      LARGEST_PART_BYTES,
      expect.any(Number),
    ]);
    expect(await opened(evidenceOf(record), parts)).toMatchObject({ holds: true });
  });

  it('are refused with a way out when they are too large for anything', () => {
    const record = recordOf({ a: 'x'.repeat(LARGEST_EVIDENCE_BYTES) });
    expect(() => externalise(record, keyOf(), ports)).toThrow(
      expect.objectContaining({ code: 'too-large', fix: expect.stringContaining('SHA-256') }),
    );
  });

  it('never let a record claim evidence that it does not have', async () => {
    const { record: forged } = externalise(recordOf(large()), keyOf(), ports);
    const { record, parts } = externalise(forged, keyOf(), ports);
    expect(parts).toHaveLength(1);
    expect(evidenceOf(record)).not.toEqual(evidenceOf(forged));
    expect(await opened(evidenceOf(record), parts)).toEqual({
      holds: true,
      details: forged.details,
    });
  });

  it('leave the record about the same people, and small, whatever they are', () => {
    const json = fc.dictionary(
      fc.constantFrom('user', 'user_id', 'evidence', 'a', 'b', 'c', 'd'),
      fc.oneof(fc.constantFrom('user:bob', 'bob'), fc.jsonValue(), fc.string({ maxLength: 600 })),
    );
    fc.assert(
      fc.property(json, fc.nat(300), (details, above) => {
        const before = recordOf(JSON.parse(JSON.stringify(details)) as Record<string, unknown>);
        const { record } = externalise(before, keyOf(), ports, above);
        expect(personsOf(record)).toEqual(personsOf(before));
        expect(canonicalJson(record.details).length).toBeLessThan(5_000);
        const whole = Buffer.byteLength(canonicalJson(before.details)) > above;
        expect(evidenceIn(record.details) !== null).toBe(whole || 'evidence' in before.details);
      }),
    );
  });
});

describe('evidence that is read back', () => {
  const { record, parts } = externalise(recordOf(large(1_200_000)), keyOf(), ports);
  const evidence = evidenceOf(record);
  const [first, second] = parts as [EvidencePart, EvidencePart];

  it('names the block that is gone', async () => {
    expect(await opened(evidence, [first])).toEqual({
      holds: false,
      why: `The block ${second.cid} is gone.`,
      where: '/evidence/cids/1',
    });
  });

  it('finds every flipped bit, and in which block', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(1), fc.nat(), fc.nat(7), async (which, place, bit) => {
        const spoilt = parts.map(({ cid, block }, at) => {
          if (at !== which) return { cid, block };
          const other = block.slice();
          const index = place % other.length;
          other[index] = (other[index] as number) ^ (1 << bit);
          return { cid, block: other };
        });
        expect(await opened(evidence, spoilt)).toMatchObject({
          holds: false,
          where: `/evidence/cids/${which}`,
        });
      }),
      { numRuns: 30 },
    );
  });

  it('does not open under another key, nor for another record', async () => {
    const other = await opened(evidence, parts, { key: keyOf('r-2') });
    expect(other).toMatchObject({ holds: false, where: '/evidence' });
    const moved = await opened(evidence, parts, { id: 'r-2', key: keyOf('r-1') });
    expect(moved).toMatchObject({ holds: false, where: '/evidence' });
  });

  it('does not hold with its blocks in another order, or with another length or digest', async () => {
    const turned = { ...evidence, cids: [second.cid, first.cid] };
    expect(await opened(turned, parts)).toMatchObject({ holds: false });
    const longer = { ...evidence, bytes: evidence.bytes + 1 };
    expect(await opened(longer, parts)).toMatchObject({ holds: false, where: '/evidence/bytes' });
    const digest = { ...evidence, sha256: '0'.repeat(64) };
    expect(await opened(digest, parts)).toMatchObject({
      holds: false,
      where: '/evidence/sha256',
    });
  });

  it.each([
    ['no object', null],
    ['a strange member', { ...evidence, more: 1 }],
    ['no blocks', { ...evidence, cids: [] }],
    ['more blocks than its length takes', { ...evidence, cids: [...evidence.cids, first.cid] }],
    ['a CID in another form', { ...evidence, cids: evidence.cids.map((cid) => cid.toUpperCase()) }],
    ['a length that is none', { ...evidence, bytes: 1.5 }],
    ['a digest in upper case', { ...evidence, sha256: evidence.sha256.toUpperCase() }],
  ])('is none when it has %s', (_, value) => {
    expect(misfitOfEvidence(value)).not.toBeNull();
    expect(evidenceIn({ evidence: value })).toBeNull();
  });
});
