// A receipt: one file with all that proves an audit record, for whoever trusts neither the platform nor its operator.
import { CLOSED_FIELDS, type ClosedField } from '@verity/protocol/audit/closed-fields';
import { canonicalJson } from '../kernel/canonical-json';
import { misfitOfLeaf, type Leaf, type Opening } from './leaf';
import { LARGEST_SIZE } from './merkle';

/** Hex is lower-case everywhere; Ethereum's values begin with `0x`. */
export interface Receipt {
  readonly format: 'verity-receipt';
  readonly version: 1;
  readonly leaf: Leaf;
  /** Of the fields that are disclosed. */
  readonly openings: Partial<Record<ClosedField, Opening>>;
  /** The AES-256 key that opens the evidence of the record, when it has some and it is disclosed. */
  readonly evidence: { readonly key: string } | null;
  readonly inclusion: {
    readonly index: number;
    readonly size: number;
    /** SHA-256(0x00 || entry): says on which side of it a change was made. */
    readonly leaf_hash: string;
    readonly path: readonly string[];
  };
  readonly log: {
    /** C2SP verifier key. */
    readonly key: string;
  };
  /** The signed note of exactly `inclusion.size` entries. */
  readonly checkpoint: string;
  /** Null as long as no anchor covers the record. */
  readonly anchor: ReceiptAnchor | null;
}

export interface ReceiptAnchor {
  readonly chain_id: number;
  readonly contract: string;
  readonly transaction: string;
  readonly block: { readonly number: number; readonly hash: string };
}

/** No receipt is longer: a path of 53 hashes and openings of records fit many times. */
export const LONGEST_RECEIPT = 1_000_000;
const LONGEST_PATH = 53;

/** The file: canonical JSON and a line feed. */
export const writeReceipt = (receipt: Receipt): string => `${canonicalJson(receipt)}\n`;

/** What is wrong with a text that should be a receipt, and where (JSON Pointer). */
export interface Misfit {
  readonly why: string;
  readonly where: string;
}

/** Why a value has not the members of a receipt; null when it has. */
export const misfitOfReceipt = (value: unknown): Misfit | null => RECEIPT(value, '');

/** Reads a receipt; every text that `writeReceipt` does not write is refused. */
export function parseReceipt(text: string): { receipt: Receipt } | Misfit {
  if (text.length > LONGEST_RECEIPT) return misfit('', 'It is too long to be a receipt.');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return misfit('', `It is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const wrong = misfitOfReceipt(value);
  if (wrong) return wrong;
  const receipt = value as Receipt;
  return canonicalMisfit(receipt, text) ?? { receipt };
}

function canonicalMisfit(receipt: Receipt, text: string): Misfit | null {
  let written: string;
  try {
    written = writeReceipt(receipt);
  } catch (error) {
    if (error instanceof TypeError) return misfit('', error.message);
    throw error;
  }
  if (written === text) return null;
  let at = 0;
  while (at < text.length && written[at] === text[at]) at += 1;
  return misfit('', `It is not in canonical form, from character ${at} on.`);
}

type Check = (value: unknown, where: string) => Misfit | null;

const misfit = (where: string, why: string): Misfit => ({ where, why });

/** An object of exactly these members; those of `optional` may be missing. */
const shape =
  (members: Readonly<Record<string, Check>>, optional = false): Check =>
  (value, where) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return misfit(where, 'It should be an object.');
    }
    const strange = Object.keys(value).find((name) => !Object.hasOwn(members, name));
    if (strange !== undefined) return misfit(where, `It has a strange member, ${strange}.`);
    for (const [name, check] of Object.entries(members)) {
      if (!Object.hasOwn(value, name)) {
        if (optional) continue;
        return misfit(where, `Its member ${name} is missing.`);
      }
      const wrong = check((value as Record<string, unknown>)[name], `${where}/${name}`);
      if (wrong) return wrong;
    }
    return null;
  };

const text =
  (form: RegExp, what: string): Check =>
  (value, where) =>
    typeof value === 'string' && form.test(value) ? null : misfit(where, `It should be ${what}.`);
const whole: Check = (value, where) =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) <= LARGEST_SIZE
    ? null
    : misfit(where, 'It should be a whole number, 0 or more.');
const exactly =
  (expected: unknown): Check =>
  (value, where) =>
    value === expected ? null : misfit(where, `It should be ${JSON.stringify(expected)}.`);
const orNull =
  (check: Check): Check =>
  (value, where) =>
    value === null ? null : check(value, where);

const digest = text(/^[0-9a-f]{64}$/, '32 bytes in lower-case hex');
const opening = shape({ salt: digest, value: () => null });

const RECEIPT = shape({
  format: exactly('verity-receipt'),
  version: exactly(1),
  leaf(value, where) {
    const wrong = misfitOfLeaf(value);
    return wrong === null ? null : misfit(where, `It is no leaf (${wrong}).`);
  },
  openings: shape(Object.fromEntries(CLOSED_FIELDS.map((field) => [field, opening])), true),
  evidence: orNull(shape({ key: digest })),
  inclusion: shape({
    index: whole,
    size: whole,
    leaf_hash: digest,
    path(value, where) {
      if (!Array.isArray(value) || value.length > LONGEST_PATH) {
        return misfit(where, `It should be a list of at most ${LONGEST_PATH} hashes.`);
      }
      return value.reduce<Misfit | null>(
        (wrong, hash, at) => wrong ?? digest(hash, `${where}/${at}`),
        null,
      );
    },
  }),
  log: shape({ key: text(/^\S{1,400}$/, 'a verifier key') }),
  checkpoint: text(/^[^]{1,20000}$/, 'a signed note'),
  anchor: orNull(
    shape({
      chain_id: whole,
      contract: text(/^0x[0-9a-f]{40}$/, 'an address in lower-case hex'),
      transaction: text(/^0x[0-9a-f]{64}$/, 'the hash of a transaction in lower-case hex'),
      block: shape({
        number: whole,
        hash: text(/^0x[0-9a-f]{64}$/, 'the hash of a block in lower-case hex'),
      }),
    }),
  ),
});
