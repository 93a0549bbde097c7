// Records that somebody wrote strange text into, or very much of it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AuditRecord } from '@verity/protocol/audit/schemas';
import type { AuditRecordId } from '@verity/protocol/ids';
import { canonicalJson } from '../kernel/canonical-json';
import { LARGEST_EVIDENCE_BYTES } from './evidence';
import { recordable } from './recordable';

const recordOf = (details: Record<string, unknown>, subject = 'session:1'): AuditRecord => ({
  id: 'r' as AuditRecordId,
  at: '2026-01-01T12:00:00.000Z',
  actor: 'user:ada',
  action: 'auth.login',
  subject,
  outcome: 'success',
  address: null,
  details,
});

describe('a record on its way into the log', () => {
  it('stays as it is when its text has a canonical form', () => {
    const record = recordOf({ note: 'a \\ud800 in words, a 🦉 whole' });
    expect(recordable(record)).toEqual(record);
  });

  it('has U+FFFD in the place of halves of characters, in names as well', () => {
    const { subject, details } = recordable(
      recordOf({ 'a\ud800': ['\udc00b', { c: '\ud83e\udd89\ud83e' }] }, 'device:\udfff'),
    );
    expect(subject).toBe('device:\ufffd');
    expect(details).toEqual({ 'a\ufffd': ['\ufffdb', { c: '\ud83e\udd89\ufffd' }] });
  });

  it('has a canonical form whatever is in it', () => {
    const units = fc.array(fc.integer({ min: 0xd7f0, max: 0xe010 }), { maxLength: 20 });
    const text = units.map((codes) => String.fromCharCode(...codes));
    fc.assert(
      fc.property(fc.dictionary(text, fc.oneof(text, fc.array(text), fc.double())), (details) => {
        const { details: kept } = recordable(recordOf(details));
        expect(() => canonicalJson(JSON.parse(JSON.stringify(kept)))).not.toThrow();
      }),
    );
  });

  it('is refused before it is on its way when it is larger than evidence can be', () => {
    const most = recordOf({ a: 'x'.repeat(LARGEST_EVIDENCE_BYTES - 1_000) });
    expect(recordable(most)).toBe(most);
    const more = recordOf({ a: 'x'.repeat(LARGEST_EVIDENCE_BYTES) });
    expect(() => recordable(more)).toThrow(expect.objectContaining({ code: 'too-large' }));
  });
});
