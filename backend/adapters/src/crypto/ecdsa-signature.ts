// The one encoding of an ECDSA signature: DER (X.690, section 10) of a sequence of two positive integers (RFC 3279).
// Libraries read more than that, so that one signature could be written in several ways.

const SEQUENCE = 0x30;
const INTEGER = 0x02;

/** Signatures of curves up to 384 bits, whose lengths take one byte. */
export function isDerSignature(bytes: Uint8Array): boolean {
  if (bytes[0] !== SEQUENCE || bytes[1] !== bytes.length - 2 || bytes.length > 129) return false;
  const second = endOfInteger(bytes, 2);
  return second !== null && endOfInteger(bytes, second) === bytes.length;
}

/** Where the integer that begins at `at` ends; null when none does, or when it is not written as short as can be. */
function endOfInteger(bytes: Uint8Array, at: number): number | null {
  const length = bytes[at + 1];
  const [first, next] = [bytes[at + 2], bytes[at + 3]];
  if (bytes[at] !== INTEGER || !length || first === undefined) return null;
  const end = at + 2 + length;
  if (end > bytes.length || first >= 0x80) return null;
  if (first === 0 && (length === 1 || (next ?? 0) < 0x80)) return null;
  return end;
}
