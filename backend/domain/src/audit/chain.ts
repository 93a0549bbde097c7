// The chain of hashes that audit records were kept in before the log: read once, to move it there.
import type { AuditRecord } from '@verity/protocol/audit/schemas';
import { canonicalJson } from '../kernel/canonical-json';

export type Sha256 = (bytes: Uint8Array) => Uint8Array;

/** A record in its place: `hash` = SHA-256(prev_hash bytes || canonical JSON of the record), both in lower-case hex. */
export interface ChainedAuditRecord {
  seq: number;
  prev_hash: string;
  hash: string;
  record: AuditRecord;
}

export interface ChainHead {
  seq: number;
  /** Lower-case hex. */
  hash: string;
}

/** What the first record names as the hash before it. */
export const GENESIS_HASH = '0'.repeat(64);

export interface ChainVerdict {
  intact: boolean;
  /** Records that fit. */
  records: number;
  /** Hash of the last record that fits. */
  head: string | null;
  broken_at: { seq: number; why: string } | null;
}

const utf8 = new TextEncoder();

/** SHA-256(prev_hash bytes || canonical JSON of the record), in lower-case hex. */
export function hashOfLink(prevHash: string, record: AuditRecord, sha256: Sha256): string {
  const text = utf8.encode(canonicalJson(record));
  const bytes = new Uint8Array(32 + text.length);
  bytes.set(bytesOfHex(prevHash));
  bytes.set(text, 32);
  return hexOf(sha256(bytes));
}

/** Chains records onto `head` (null: an empty chain), in their order. */
export function chainRecords(
  head: ChainHead | null,
  records: readonly AuditRecord[],
  sha256: Sha256,
): ChainedAuditRecord[] {
  let seq = head ? head.seq + 1 : 0;
  let prevHash = head ? head.hash : GENESIS_HASH;
  return records.map((record) => {
    const hash = hashOfLink(prevHash, record, sha256);
    const link = { seq, prev_hash: prevHash, hash, record };
    seq += 1;
    prevHash = hash;
    return link;
  });
}

/**
 * Walks a chain from its beginning and stops at the first record that does not fit. What it cannot see by itself is a
 * missing end: compare `records` and `head` with what was known before.
 */
export async function verifyChain(
  links: AsyncIterable<ChainedAuditRecord> | Iterable<ChainedAuditRecord>,
  sha256: Sha256,
): Promise<ChainVerdict> {
  let records = 0;
  let head: string | null = null;
  for await (const link of links) {
    const why = misfit(link, records, head ?? GENESIS_HASH, sha256);
    if (why) return { intact: false, records, head, broken_at: { seq: records, why } };
    records += 1;
    head = link.hash;
  }
  return { intact: true, records, head, broken_at: null };
}

function misfit(
  { seq, prev_hash, hash, record }: ChainedAuditRecord,
  expected: number,
  before: string,
  sha256: Sha256,
): string | null {
  if (seq !== expected) {
    return `Record ${expected} is missing: record ${seq} stands in its place.`;
  }
  if (prev_hash !== before) return 'It does not name the hash of the record before it.';
  try {
    if (hashOfLink(prev_hash, record, sha256) === hash) return null;
  } catch (error) {
    if (error instanceof TypeError) return `It has no canonical form: ${error.message}`;
    throw error;
  }
  return 'Its content does not have the hash that it was stored with.';
}

const hexOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

const bytesOfHex = (hex: string): Uint8Array =>
  Uint8Array.from({ length: 32 }, (_, index) =>
    Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16),
  );
