// Lower-case hex, the one writing of bytes in receipts.
import type { Sha256 } from './merkle';

export const toHex = (bytes: Uint8Array): string => {
  let text = '';
  for (const byte of bytes) text += HEX[byte];
  return text;
};
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

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
