// What can be wrong with a receipt: changes of its members, and other writings of its text.
import type { Receipt } from '@verity/domain/audit/receipt';

/** All members there, and open to change. */
type Writable<T> = T extends readonly (infer Item)[]
  ? Writable<Item>[]
  : T extends object
    ? { -readonly [Name in keyof T]-?: Writable<NonNullable<T[Name]>> }
    : T;
export type Change = (copy: Writable<Receipt>) => unknown;

/** A copy of a receipt with an anchor, with a change. */
export function changed(receipt: Receipt, change: Change): Receipt {
  const copy = structuredClone(receipt);
  change(copy as unknown as Writable<Receipt>);
  return copy;
}

/** Another digest. */
export const flipped = (hex: string): string => (hex.startsWith('0') ? '1' : '0') + hex.slice(1);

/** Another letter of base64 in the place of this one. */
const other = (letter: string): string => (letter === 'A' ? 'B' : 'A');
const signatureLine = (note: string): string => note.split('\n')[4] ?? '';

/** Members of a receipt of entry 5 of 7, changed one at a time; the text stays canonical. */
export const CHANGES: readonly (readonly [string, Change])[] = [
  ['leaf says another action', (r) => (r.leaf.action = 'session.ended')],
  ['leaf with another commitment', (r) => (r.leaf.actor = flipped(r.leaf.actor))],
  ['opening with another value', (r) => (r.openings.actor.value = 'user:nobody')],
  [
    'opening with another salt',
    (r) => (r.openings.details.salt = flipped(r.openings.details.salt)),
  ],
  ['another leaf hash', (r) => (r.inclusion.leaf_hash = flipped(r.inclusion.leaf_hash))],
  ['another index', (r) => (r.inclusion.index = 4)],
  ['index beyond the tree', (r) => (r.inclusion.index = 7)],
  ['another size', (r) => (r.inclusion.size = 8)],
  ['path with a changed hash', (r) => (r.inclusion.path[1] = flipped(r.inclusion.path[1] ?? ''))],
  ['path too short', (r) => r.inclusion.path.pop()],
  ['path too long', (r) => r.inclusion.path.push('00'.repeat(32))],
  ['path in another order', (r) => r.inclusion.path.reverse()],
  ['checkpoint with another size', (r) => (r.checkpoint = r.checkpoint.replace('\n7\n', '\n8\n'))],
  [
    'checkpoint with another root',
    (r) =>
      (r.checkpoint = r.checkpoint.replace(
        /\n(.)(.{42}=)\n/,
        (_, letter: string, rest: string) => `\n${other(letter)}${rest}\n`,
      )),
  ],
  ['checkpoint without signature', (r) => (r.checkpoint = `${r.checkpoint.split('\n\n')[0]}\n\n`)],
  ['checkpoint with two signatures', (r) => (r.checkpoint += `${signatureLine(r.checkpoint)}\n`)],
  [
    'checkpoint with another signature',
    (r) =>
      (r.checkpoint = r.checkpoint.replace(
        /(.)(.{20}\n)$/,
        (_, letter: string, rest: string) => `${other(letter)}${rest}`,
      )),
  ],
  ['key with another id', (r) => (r.log.key = r.log.key.replace(/\+[0-9a-f]{8}\+/, '+00000000+'))],
  ['anchor on another chain', (r) => (r.anchor.chain_id = 1)],
  ['anchor in another contract', (r) => (r.anchor.contract = `0x${'11'.repeat(20)}`)],
  ['anchor by another transaction', (r) => (r.anchor.transaction = `0x${'22'.repeat(32)}`)],
  ['anchor in another block', (r) => (r.anchor.block.number += 1)],
  ['anchor in a block of another hash', (r) => (r.anchor.block.hash = `0x${'33'.repeat(32)}`)],
];

/** Texts that say the same, or nearly, and are no receipts. */
export const otherTexts = (text: string): readonly (readonly [string, string | Uint8Array])[] => [
  ['cut', text.slice(0, 700)],
  ['no line feed', text.slice(0, -1)],
  ['two line feeds', `${text}\n`],
  ['byte order mark', `\ufeff${text}`],
  ['space', text.replace(',', ', ')],
  ['member twice', text.replace('"version":1', '"version":1,"version":1')],
  ['members not sorted', text.replace(/("outcome":"\w+"),("subject":"\w+")/, '$2,$1')],
  ['number in another writing', text.replace('"index":5', '"index":5.0')],
  ['escape that is not needed', text.replace('session.', '\\u0073ession.')],
  ['digest in capitals', text.replace(/(?<="leaf_hash":)"\w+"/, (hash) => hash.toUpperCase())],
  ['strange member', text.replace('"version":1', '"version":1,"w":0')],
  ['another version', text.replace('"version":1', '"version":2')],
  ['no utf-8', Buffer.from(text).fill(0xff, 300, 301)],
];
