// Lower-case hex, the one writing of bytes in receipts.
import type { Sha256 } from './merkle';

export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (let from = 0; from < bytes.length; from += AT_A_TIME) {
    const codes: number[] = [];
    for (const byte of bytes.subarray(from, from + AT_A_TIME)) {
      codes.push(DIGITS.charCodeAt(byte >> 4), DIGITS.charCodeAt(byte & 0xf));
    }
    // One text in one piece: of many small ones the memory is paid for as long as it is kept.
    text += String.fromCharCode(...codes);
  }
  return text;
}
const DIGITS = '0123456789abcdef';
const AT_A_TIME = 32;

/** SHA-256 in lower-case hex, by whoever writes it faster than `toHex`. */
export type Sha256Hex = (bytes: Uint8Array) => string;

export const inHex =
  (sha256: Sha256): Sha256Hex =>
  (bytes) =>
    toHex(sha256(bytes));

/** The bytes of lower-case hex; null for any other text. */
export function fromHex(text: string): Uint8Array | null {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) return null;
  return Uint8Array.from({ length: text.length / 2 }, (_, at) =>
    Number.parseInt(text.slice(2 * at, 2 * at + 2), 16),
  );
}
