// The public form of an audit record, a leaf of the log: what it says of people is committed to, and opened to whoever may know.
import { CLOSED_FIELDS, type ClosedField } from '@verity/protocol/audit/closed-fields';
import type { AuditRecord } from '@verity/protocol/audit/schemas';
import { fleeting, Reserve } from '../kernel/bytes';
import { canonicalJson } from '../kernel/canonical-json';
import { fromHex, inHex, toHex, type Sha256Hex } from './hex';
import type { Sha256 } from './merkle';

/** HMAC-SHA-512 of a text in UTF-8: 64 bytes. */
export type HmacSha512 = (key: Uint8Array, message: string) => Uint8Array;

/** A leaf; its entry in the log is its canonical JSON (RFC 8785) in UTF-8. Commitments are lower-case hex. */
export interface Leaf {
  readonly v: 1;
  readonly id: string;
  /** ISO 8601 in UTC, with milliseconds. */
  readonly at: string;
  readonly action: string;
  readonly outcome: 'success' | 'failure';
  readonly actor: string;
  readonly address: string;
  readonly details: string;
  readonly subject: string;
}

/** What opens a commitment. */
export interface Opening {
  /** 32 bytes in lower-case hex. */
  readonly salt: string;
  readonly value: unknown;
}

/** Keys of 32 bytes: of the person who acted, and of the one whom the record is about. */
export interface RecordKeys {
  readonly actor: Uint8Array;
  readonly subject: Uint8Array;
}

/** The id of the key for what is about nobody. */
export const PLATFORM = 'platform';

export const COMMITMENT_TAG = 'verity-commitment-v1';
const SALT_BYTES = 32;
const utf8 = new TextEncoder();
const TAGS = Object.fromEntries(
  CLOSED_FIELDS.map((field) => [field, utf8.encode(`${COMMITMENT_TAG}\n${field}\n`)]),
) as Record<ClosedField, Uint8Array>;

/** Whose keys close a record: ids of people, or `platform`. */
export interface RecordPersons {
  /** Closes `actor` and `address`. */
  readonly actor: string;
  /** Closes `subject` and `details`. */
  readonly subject: string;
}

/** The subject when it is a person, else the person that the details name, else whoever acted, else nobody. */
export function personsOf({ actor, subject, details }: AuditRecord): RecordPersons {
  const acted = personIn(actor);
  const named = personIn(details['user']) ?? bareId(details['user_id']);
  return {
    actor: acted ?? PLATFORM,
    subject: personIn(subject) ?? named ?? acted ?? PLATFORM,
  };
}

const personIn = (party: unknown): string | null =>
  typeof party === 'string' && party.startsWith('user:') ? bareId(party.slice(5)) : null;
const bareId = (id: unknown): string | null =>
  typeof id === 'string' && id !== '' && id !== PLATFORM ? id : null;

/** Which of the two persons a field belongs to. */
export const ownerOf = (field: ClosedField): keyof RecordPersons =>
  field === 'actor' || field === 'address' ? 'actor' : 'subject';

/**
 * Salts of the fields that belong to one of the two persons, in the order of their names: the halves of
 * HMAC-SHA-512(key, "salts" LF id LF person), 32 bytes each. A salt that is disclosed says nothing of another.
 */
function saltsOf(
  key: Uint8Array,
  id: string,
  person: keyof RecordPersons,
  hmac: HmacSha512,
): readonly [Uint8Array, Uint8Array] {
  const both = hmac(key, `salts\n${id}\n${person}`);
  return [both.subarray(0, SALT_BYTES), both.subarray(SALT_BYTES)];
}

/** The AES-256 key of the evidence of a record: the first half of HMAC-SHA-512(key, "evidence" LF id). */
export const evidenceKeyOf = (key: Uint8Array, id: string, hmac: HmacSha512): Uint8Array =>
  hmac(key, `evidence\n${id}`).slice(0, SALT_BYTES);

/**
 * SHA-256("verity-commitment-v1" LF field LF || salt || canonical JSON of the value), in lower-case hex. Throws
 * `TypeError` for a value that has no canonical JSON.
 */
export function commitmentOf(
  field: ClosedField,
  salt: Uint8Array,
  value: unknown,
  sha256Hex: Sha256Hex,
): string {
  const tag = TAGS[field];
  const text = canonicalJson(value);
  const head = tag.length + salt.length;
  // A unit of UTF-16 takes at most three bytes of UTF-8.
  const bytes = fleeting(head + 3 * text.length);
  bytes.set(tag);
  bytes.set(salt, tag.length);
  const { written } = utf8.encodeInto(text, bytes.subarray(head));
  return sha256Hex(bytes.subarray(0, head + written));
}

/** Closes a record. Throws `TypeError` when a member has no canonical JSON. */
export function leafOf(
  record: AuditRecord,
  keys: RecordKeys,
  { sha256Hex, hmac }: { sha256Hex: Sha256Hex; hmac: HmacSha512 },
): Leaf {
  const [actor, address] = saltsOf(keys.actor, record.id, 'actor', hmac);
  const [details, subject] = saltsOf(keys.subject, record.id, 'subject', hmac);
  return {
    v: 1,
    id: record.id,
    at: record.at,
    action: record.action,
    outcome: record.outcome,
    actor: commitmentOf('actor', actor, record.actor, sha256Hex),
    address: commitmentOf('address', address, record.address, sha256Hex),
    details: commitmentOf('details', details, record.details, sha256Hex),
    subject: commitmentOf('subject', subject, record.subject, sha256Hex),
  };
}

/** What opens a field of the leaf that was made of a record with this key. */
export function openingOf(
  record: AuditRecord,
  field: ClosedField,
  key: Uint8Array,
  hmac: HmacSha512,
): Opening {
  const [first, second] = saltsOf(key, record.id, ownerOf(field), hmac);
  const salt = field === 'actor' || field === 'details' ? first : second;
  return { salt: toHex(salt), value: record[field] };
}

/** Whether an opening is the one of this field of the leaf. */
export function opens(
  leaf: Leaf,
  field: ClosedField,
  { salt, value }: Opening,
  sha256: Sha256,
): boolean {
  const bytes = fromHex(salt);
  if (bytes?.length !== SALT_BYTES) return false;
  try {
    return commitmentOf(field, bytes, value, inHex(sha256)) === leaf[field];
  } catch (error) {
    // It has no canonical JSON, so nothing was ever committed to it.
    if (error instanceof TypeError) return false;
    throw error;
  }
}

/** The entry of a leaf: its canonical JSON. The members stand in their order, and none but `id` could need escaping. */
export function leafBytes(leaf: Leaf): Uint8Array {
  const text =
    `{"action":${JSON.stringify(leaf.action)},"actor":"${leaf.actor}","address":"${leaf.address}",` +
    `"at":${JSON.stringify(leaf.at)},"details":"${leaf.details}","id":${JSON.stringify(leaf.id)},` +
    `"outcome":"${leaf.outcome}","subject":"${leaf.subject}","v":1}`;
  return entries.take(3 * text.length, (bytes) => utf8.encodeInto(text, bytes).written);
}

const entries = new Reserve(65_536);

const SHAPES: Readonly<Record<keyof Leaf, (value: unknown) => boolean>> = {
  v: (value) => value === 1,
  id: (value) => isText(value, /^[\x21-\x7e]{1,100}$/),
  at: (value) => isText(value, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  action: (value) => isText(value, /^[a-z_]{1,40}\.[a-z_]{1,40}$/),
  outcome: (value) => value === 'success' || value === 'failure',
  actor: isDigest,
  address: isDigest,
  details: isDigest,
  subject: isDigest,
};

/** Why a value is no leaf, as `member: reason`; null when it is one. */
export function misfitOfLeaf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'no object';
  const strange = Object.keys(value).find((name) => !Object.hasOwn(SHAPES, name));
  if (strange !== undefined) return `${strange}: not a member of a leaf`;
  for (const [name, fits] of Object.entries(SHAPES)) {
    if (!fits((value as Record<string, unknown>)[name]))
      return `${name}: missing or of another form`;
  }
  return null;
}

/** The leaf of an entry; null for bytes that `leafBytes` does not write. */
export function parseLeaf(entry: Uint8Array): Leaf | null {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(entry));
  } catch {
    return null; // No UTF-8, or no JSON: the same answer.
  }
  if (misfitOfLeaf(value) !== null) return null;
  const leaf = value as Leaf;
  const written = leafBytes(leaf);
  const same = written.length === entry.length && written.every((byte, at) => byte === entry[at]);
  return same ? leaf : null;
}

const isText = (value: unknown, form: RegExp): boolean =>
  typeof value === 'string' && form.test(value);
function isDigest(value: unknown): boolean {
  return isText(value, /^[0-9a-f]{64}$/);
}
