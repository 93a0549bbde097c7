// Specs of leaves: what they say, what they keep to themselves, and what opens them.
import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLOSED_FIELDS } from '@verity/protocol/audit/closed-fields';
import { AuditRecord } from '@verity/protocol/audit/schemas';
import { canonicalJson } from '../kernel/canonical-json';
import { inHex } from './hex';
import { leafBytes, leafOf, openingOf, opens, ownerOf, parseLeaf, personsOf } from './leaf';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
const hmac = (key: Uint8Array, message: string) =>
  createHmac('sha512', key).update(message).digest();
const closing = { sha256Hex: inHex(sha256), hmac };
const keys = { actor: new Uint8Array(32).fill(1), subject: new Uint8Array(32).fill(2) };
const ada = '01900000-0000-7000-8000-00000000000a';
const record = AuditRecord.parse({
  id: '01900000-0000-7000-8000-000000000001',
  at: '2026-01-02T03:04:05.006Z',
  actor: 'system:policy',
  action: 'session.terminated',
  subject: 'session:01900000-0000-7000-8000-000000000002',
  outcome: 'success',
  address: '192.0.2.7',
  details: { user: `user:${ada}`, reason: 'Typing like somebody else' },
});

describe('a leaf', () => {
  const leaf = leafOf(record, keys, closing);

  it('says what was done, when and with what outcome, and nothing of people', () => {
    const text = new TextDecoder().decode(leafBytes(leaf));
    expect(text).toBe(canonicalJson(leaf));
    expect(text).toContain('session.terminated');
    for (const secret of [ada, '192.0.2.7', 'Typing', 'policy']) expect(text).not.toContain(secret);
  });

  it('is opened field by field, by the salt and the value that closed it', () => {
    for (const field of CLOSED_FIELDS) {
      const opening = openingOf(record, field, keys[ownerOf(field)], hmac);
      expect(opens(leaf, field, opening, sha256)).toBe(true);
      expect(opens(leaf, field, { ...opening, value: 'another' }, sha256)).toBe(false);
      expect(opens(leaf, field, { ...opening, salt: opening.salt.slice(2) }, sha256)).toBe(false);
      const other = openingOf(record, field, new Uint8Array(32), hmac);
      expect(opens(leaf, field, other, sha256)).toBe(false);
    }
    expect(opens(leaf, 'details', { salt: '00'.repeat(32), value: '\ud800' }, sha256)).toBe(false);
  });

  it('closes equal values of two records, and of two fields, differently', () => {
    const other = leafOf(
      { ...record, id: '01900000-0000-7000-8000-000000000009' as typeof record.id },
      keys,
      closing,
    );
    for (const field of CLOSED_FIELDS) expect(other[field]).not.toBe(leaf[field]);
    const twin = leafOf({ ...record, actor: record.subject }, { actor: keys.subject, subject: keys.subject }, closing); // prettier-ignore
    expect(twin.actor).not.toBe(twin.subject);
  });

  it('is read from its entry, and from no other bytes', () => {
    const bytes = leafBytes(leaf);
    expect(parseLeaf(bytes)).toEqual(leaf);
    fc.assert(
      fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
        const changed = bytes.slice();
        changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
        const read = parseLeaf(changed);
        // Some changes make another leaf; none is read as this one.
        expect(read).not.toEqual(leaf);
      }),
    );
    fc.assert(fc.property(fc.uint8Array(), (noise) => parseLeaf(noise) === null));
    const spaced = new TextEncoder().encode(JSON.stringify(leaf, null, 1));
    expect(parseLeaf(spaced)).toBeNull();
  });
});

describe('the persons of a record', () => {
  const persons = (some: Partial<AuditRecord>) => personsOf({ ...record, ...some });

  it('are the one who acted and the one whom it is about', () => {
    expect(persons({})).toEqual({ actor: 'platform', subject: ada });
    expect(persons({ actor: 'user:eve', subject: `user:${ada}` })).toEqual({
      actor: 'eve',
      subject: ada,
    });
    expect(persons({ actor: `user:${ada}`, subject: 'policy:3', details: {} })).toEqual({
      actor: ada,
      subject: ada,
    });
    expect(persons({ subject: 'policy:3', details: { user_id: ada } }).subject).toBe(ada);
    expect(persons({ subject: 'policy:3', details: {} }).subject).toBe('platform');
  });

  it('never are the platform by a name that somebody gave', () => {
    expect(persons({ actor: 'user:platform', subject: 'user:', details: { user: 7 } })).toEqual({
      actor: 'platform',
      subject: 'platform',
    });
  });
});
