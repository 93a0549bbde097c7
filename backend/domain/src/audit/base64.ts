// Base64 (RFC 4648 section 4) in its one canonical form: whatever decodes to the same bytes in another writing is refused.

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUE_OF = new Map([...ALPHABET].map((letter, value) => [letter, value]));

export function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(at, at + 3);
    const bits = (a << 16) | (b << 8) | c;
    const letters = [18, 12, 6, 0].map((shift) => ALPHABET.charAt((bits >> shift) & 63)).join('');
    const given = Math.min(3, bytes.length - at) + 1;
    text += letters.slice(0, given).padEnd(4, '=');
  }
  return text;
}

/** The bytes; null for any text that `toBase64` does not write. */
export function fromBase64(text: string): Uint8Array | null {
  if (text.length % 4 !== 0) return null;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  for (let at = 0, to = 0; at < text.length; at += 4) {
    const letters = text.slice(at, at + 4);
    const last = at + 4 === text.length;
    let bits = 0;
    for (const [place, letter] of [...letters].entries()) {
      const value = last && place >= 4 - padding ? 0 : VALUE_OF.get(letter);
      if (value === undefined) return null;
      bits = (bits << 6) | value;
    }
    for (let shift = 16; shift >= 0 && to < bytes.length; shift -= 8) {
      bytes[to++] = (bits >> shift) & 0xff;
    }
    // Bits below the last byte have to be zero.
    if (last && (bits & ((1 << (8 * padding)) - 1)) !== 0) return null;
  }
  return bytes;
}
