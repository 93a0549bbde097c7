// Names of raw blocks on IPFS: CIDv1 (multiformats.io) of a block's own bytes by SHA-256, in the one form that Kubo writes.
import { HASH_BYTES, type Hash, type Sha256 } from './merkle';

/** Version 1, codec raw, hash sha2-256 of 32 bytes. */
const RAW_SHA256 = Uint8Array.of(0x01, 0x55, 0x12, 0x20);
/** The multibase letter of base32 (RFC 4648 section 6) in lower case, without padding. */
const BASE32 = 'b';
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const LETTER_BITS = 5;

/** `b` and 58 letters for 36 bytes. */
export const CID_LENGTH = 1 + Math.ceil(((RAW_SHA256.length + HASH_BYTES) * 8) / LETTER_BITS);
/** A text that may be such a name; what is one for certain is said by `parseRawCid`. */
export const RAW_CID = /^bafkrei[a-z2-7]{52}$/;

/** The name of a block: anybody who has the bytes can compute it. */
export function cidOfRaw(block: Uint8Array, sha256: Sha256): string {
  const bytes = new Uint8Array(RAW_SHA256.length + HASH_BYTES);
  bytes.set(RAW_SHA256);
  bytes.set(sha256(block), RAW_SHA256.length);
  return BASE32 + toBase32(bytes);
}

/** The hash that a name stands for; null for any text that `cidOfRaw` does not write. */
export function parseRawCid(text: string): Hash | null {
  if (text.length !== CID_LENGTH || !text.startsWith(BASE32)) return null;
  const bytes = fromBase32(text.slice(1));
  if (!bytes || RAW_SHA256.some((byte, at) => bytes[at] !== byte)) return null;
  return bytes.slice(RAW_SHA256.length);
}

function toBase32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    bits = (bits << 8) | byte;
    held += 8;
    for (; held >= LETTER_BITS; held -= LETTER_BITS) {
      text += ALPHABET.charAt((bits >> (held - LETTER_BITS)) & 31);
    }
    bits &= (1 << held) - 1;
  }
  return held === 0 ? text : text + ALPHABET.charAt((bits << (LETTER_BITS - held)) & 31);
}

/** Null when a letter is none of base32, or when the bits after the last byte are not zero. */
function fromBase32(text: string): Uint8Array | null {
  const bytes = new Uint8Array(Math.floor((text.length * LETTER_BITS) / 8));
  let bits = 0;
  let held = 0;
  let to = 0;
  for (const letter of text) {
    const value = ALPHABET.indexOf(letter);
    if (value < 0) return null;
    bits = (bits << LETTER_BITS) | value;
    held += LETTER_BITS;
    if (held < 8) continue;
    held -= 8;
    bytes[to++] = bits >> held;
    bits &= (1 << held) - 1;
  }
  return bits === 0 ? bytes : null;
}
