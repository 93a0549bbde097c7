// Evidence: details too large for an index, encrypted and cut into blocks that are named by their hash before anybody stores them.
import type { AuditRecord } from '@verity/protocol/audit/schemas';
import { Fault } from '@verity/protocol/faults';
import { joined } from '../kernel/bytes';
import { canonicalJson } from '../kernel/canonical-json';
import { cidOfRaw, parseRawCid } from './cid';
import { toHex } from './hex';
import type { Sha256 } from './merkle';

/** Details whose canonical JSON is longer become evidence, when nothing else is set. */
export const EVIDENCE_ABOVE_BYTES = 4_096;
/** A record with more never fits into the messages and documents that it passes through (MongoDB: 16 MiB). */
export const LARGEST_EVIDENCE_BYTES = 15 * 2 ** 20;
/** What IPFS nodes take as one block. */
export const LARGEST_PART_BYTES = 2 ** 20;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Members of this length or less stay beside the evidence, as long as all of them fit: for lists and filters. */
const SMALL_MEMBER_BYTES = 200;
const SMALL_MEMBERS_BYTES = 1_024;
/** They say whom a record is about, and stay whatever their length. */
const NAMES_OF_PEOPLE = ['user', 'user_id'] as const;
/** The member that stands for the evidence; details that came with one of their own are evidence as a whole. */
const MEMBER = 'evidence';
const IV_TAG = 'verity-evidence-iv-v1\n';

const utf8 = new TextEncoder();

/** What details say of their evidence. */
export interface Evidence {
  /** Names of its blocks, in order: together iv (12 bytes) || ciphertext || tag (16 bytes). */
  readonly cids: readonly string[];
  /** Length of the plain text: the canonical JSON of the details, in UTF-8. */
  readonly bytes: number;
  /** SHA-256 of the plain text in lower-case hex. */
  readonly sha256: string;
}

/** A block of encrypted evidence. */
export interface EvidencePart {
  readonly cid: string;
  readonly block: Uint8Array;
}

export interface SealPorts {
  readonly sha256: Sha256;
  /** AES-256-GCM: the ciphertext and its tag of 16 bytes. */
  readonly seal: (
    key: Uint8Array,
    iv: Uint8Array,
    aad: Uint8Array,
    plain: Uint8Array,
  ) => Uint8Array;
}

export interface OpenPorts {
  readonly sha256: Sha256;
  /** The plain text; null when key, iv, additional data, ciphertext and tag do not belong together. */
  readonly open: (
    key: Uint8Array,
    iv: Uint8Array,
    aad: Uint8Array,
    sealed: Uint8Array,
  ) => Uint8Array | null | Promise<Uint8Array | null>;
  /** The block of this name; null when there is none any more. Not believed. */
  readonly block: (cid: string) => Promise<Uint8Array | null>;
}

/** What came of reading evidence. `where` is a JSON Pointer into the details. */
export type EvidenceVerdict =
  | { readonly holds: true; readonly details: Record<string, unknown> }
  | { readonly holds: false; readonly why: string; readonly where: string };

/** Whether details may have to become evidence: told without writing their canonical text. */
export function mayBeEvidence({ details }: AuditRecord, above = EVIDENCE_ABOVE_BYTES): boolean {
  // As many UTF-16 units as the canonical text has, each of three bytes at most.
  return Object.hasOwn(details, MEMBER) || JSON.stringify(details).length * 3 > above;
}

/**
 * The record as it goes into log and index, and the blocks to keep; none when its details are small. The same record
 * under the same key gives the same blocks, so that a step done twice counts once. `key` is that of `evidenceKeyOf`.
 * Throws `too-large`, and `TypeError` for large details that have no canonical JSON.
 */
export function externalise(
  record: AuditRecord,
  key: Uint8Array,
  { sha256, seal }: SealPorts,
  above = EVIDENCE_ABOVE_BYTES,
): { record: AuditRecord; parts: EvidencePart[] } {
  const { details } = record;
  if (!mayBeEvidence(record, above)) return { record, parts: [] };
  const plain = utf8.encode(canonicalJson(details));
  if (plain.length <= above && !Object.hasOwn(details, MEMBER)) return { record, parts: [] };
  demandFits(plain.length);
  const digest = sha256(plain);
  const sealed = sealPlain(plain, digest, record.id, key, { sha256, seal });
  const parts = cut(sealed).map((block) => ({ cid: cidOfRaw(block, sha256), block }));
  const evidence: Evidence = {
    cids: parts.map(({ cid }) => cid),
    bytes: plain.length,
    sha256: toHex(digest),
  };
  return { record: { ...record, details: { ...smallOf(details), [MEMBER]: evidence } }, parts };
}

/** iv (12 bytes) || ciphertext || tag (16 bytes) of the details of a record, as in its evidence. */
export function sealDetails(
  details: Readonly<Record<string, unknown>>,
  recordId: string,
  key: Uint8Array,
  ports: SealPorts,
): Uint8Array {
  const plain = utf8.encode(canonicalJson(details));
  return sealPlain(plain, ports.sha256(plain), recordId, key, ports);
}

/** The details that `sealDetails` sealed; null when they are of another record or key, or changed. */
export async function openDetails(
  sealed: Uint8Array,
  recordId: string,
  key: Uint8Array,
  open: OpenPorts['open'],
): Promise<Record<string, unknown> | null> {
  const plain = await openPlain(sealed, recordId, key, open);
  return plain && detailsOf(plain);
}

function sealPlain(
  plain: Uint8Array,
  digest: Uint8Array,
  recordId: string,
  key: Uint8Array,
  { sha256, seal }: SealPorts,
): Uint8Array {
  const iv = ivOf(key, digest, sha256);
  return joined([iv, seal(key, iv, utf8.encode(recordId), plain)]);
}

const openPlain = async (
  sealed: Uint8Array,
  recordId: string,
  key: Uint8Array,
  open: OpenPorts['open'],
): Promise<Uint8Array | null> =>
  sealed.length < IV_BYTES + TAG_BYTES
    ? null
    : open(key, sealed.slice(0, IV_BYTES), utf8.encode(recordId), sealed.slice(IV_BYTES));

/** What the details of a recorded record say of evidence; null when they are all there is. */
export function evidenceIn(details: Readonly<Record<string, unknown>>): Evidence | null {
  const value = details[MEMBER];
  return misfitOfEvidence(value) === null ? (value as Evidence) : null;
}

/** Reads evidence back: every block against its name, then the whole against key, record and digest. */
export async function openEvidence(
  evidence: Evidence,
  recordId: string,
  key: Uint8Array,
  { sha256, open, block }: OpenPorts,
): Promise<EvidenceVerdict> {
  const misfit = misfitOfEvidence(evidence);
  if (misfit) return broken(misfit, '');
  const parts: Uint8Array[] = [];
  for (const [at, cid] of evidence.cids.entries()) {
    const part = await block(cid);
    if (!part) return broken(`The block ${cid} is gone.`, `/cids/${at}`);
    if (cidOfRaw(part, sha256) !== cid) {
      return broken(`The block ${cid} has other bytes than its name says.`, `/cids/${at}`);
    }
    parts.push(part);
  }
  const whole = joined(parts);
  if (whole.length !== IV_BYTES + evidence.bytes + TAG_BYTES) {
    return broken('Its blocks have another length together than the record says.', '/bytes');
  }
  const plain = await openPlain(whole, recordId, key, open);
  if (!plain) return broken('The key does not open it: it is of another record.', '');
  if (toHex(sha256(plain)) !== evidence.sha256) {
    return broken('Its plain text has another digest than the record says.', '/sha256');
  }
  const details = detailsOf(plain);
  return details
    ? { holds: true, details }
    : broken('Its plain text is not the canonical JSON of an object.', '');
}

/** Why a value does not speak of evidence; null when it does. */
export function misfitOfEvidence(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return 'It is no object.';
  const { cids, bytes, sha256, ...rest } = value as Record<string, unknown>;
  const strange = Object.keys(rest)[0];
  if (strange !== undefined) return `It has a strange member, ${strange}.`;
  if (!Array.isArray(cids) || cids.length === 0) return 'It names no blocks.';
  if (!cids.every((cid) => typeof cid === 'string' && parseRawCid(cid) !== null)) {
    return 'It names a block by no CID of a raw block.';
  }
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) return 'Its digest is none.';
  if (typeof bytes !== 'number' || !Number.isInteger(bytes)) return 'Its length is no number.';
  if (bytes < 2 || bytes > LARGEST_EVIDENCE_BYTES) return 'Its length lies outside the bounds.';
  return cids.length === Math.ceil((IV_BYTES + bytes + TAG_BYTES) / LARGEST_PART_BYTES)
    ? null
    : 'It names another number of blocks than its length takes.';
}

/**
 * SHA-256(tag || key || digest of the plain text), its first 12 bytes: a function of what is encrypted, so no two
 * plain texts share one under a key, and random to whoever has no key.
 */
const ivOf = (key: Uint8Array, digest: Uint8Array, sha256: Sha256): Uint8Array =>
  sha256(joined([utf8.encode(IV_TAG), key, digest])).slice(0, IV_BYTES);

function smallOf(details: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const people = NAMES_OF_PEOPLE.filter((name) => typeof details[name] === 'string');
  const kept: string[] = [...people];
  let room = SMALL_MEMBERS_BYTES;
  for (const name of Object.keys(details).sort()) {
    if (name === MEMBER || kept.includes(name)) continue;
    const value = details[name];
    if (typeof value === 'string' && value.length > SMALL_MEMBER_BYTES) continue;
    const { length } = utf8.encode(canonicalJson({ [name]: value }));
    if (length > SMALL_MEMBER_BYTES || length > room) continue;
    room -= length;
    kept.push(name);
  }
  return Object.fromEntries(kept.map((name) => [name, details[name]]));
}

function cut(bytes: Uint8Array): Uint8Array[] {
  const count = Math.ceil(bytes.length / LARGEST_PART_BYTES);
  return Array.from({ length: count }, (_, at) =>
    bytes.slice(at * LARGEST_PART_BYTES, (at + 1) * LARGEST_PART_BYTES),
  );
}

function detailsOf(plain: Uint8Array): Record<string, unknown> | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(plain);
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    return canonicalJson(value) === text ? (value as Record<string, unknown>) : null;
  } catch {
    return null; // No UTF-8, no JSON, or none that is canonical: the same answer.
  }
}

const broken = (why: string, where: string): EvidenceVerdict => ({
  holds: false,
  why,
  where: `/${MEMBER}${where}`,
});

/** Throws `too-large` when so many bytes are more than evidence can have. */
export function demandFits(bytes: number): void {
  if (bytes <= LARGEST_EVIDENCE_BYTES) return;
  throw new Fault(
    'too-large',
    `The details of an audit record have ${bytes} bytes; ${LARGEST_EVIDENCE_BYTES} fit.`,
    { fix: 'Record it in parts, or keep the bulk elsewhere and record its SHA-256.' },
  );
}
