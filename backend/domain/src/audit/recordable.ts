// What an audit record must be so that it can be recorded whatever somebody wrote into it: text that has a canonical form,
// and no more of it than fits.
import type { AuditRecord } from '@verity/protocol/audit/schemas';
import { demandFits } from './evidence';

/** How JSON writes a surrogate without its other half, which canonical JSON cannot say (RFC 8785 section 3.2.2.2). */
const LONE = /\\ud[89a-f]/;

/**
 * The record, with U+FFFD in the place of lone surrogates: nobody escapes the log by a text that it cannot hold. What JSON
 * leaves out (undefined) is left out. Throws `too-large` for more than evidence can hold.
 */
export function recordable(record: AuditRecord): AuditRecord {
  const text = JSON.stringify(record);
  // Of UTF-16 units, so of no more bytes than three times as many.
  if (text.length > LONG) demandFits(new TextEncoder().encode(text).length);
  return LONE.test(text) ? (wellFormed(JSON.parse(text)) as AuditRecord) : record;
}

const LONG = 1_000_000;

function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/\p{Surrogate}/gu, '\ufffd');
  if (Array.isArray(value)) return value.map(wellFormed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [wellFormed(name), wellFormed(member)]),
  );
}
