// Base64 (RFC 4648, section 4) of bytes, both ways. A model is half a hundred kilobytes of it: letter by letter through an
// iterator it would take milliseconds in which nothing else is scored.

/** Throws `InvalidCharacterError` (a DOMException, as `atob` does) for what is no base64. */
export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const letters = atob(base64);
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
  return bytes;
}

/** Letters that one call of `fromCharCode` is given: more would overflow the stack. */
const AT_ONCE = 8_192;

export function base64Of(bytes: Uint8Array): string {
  let letters = '';
  for (let from = 0; from < bytes.length; from += AT_ONCE) {
    letters += String.fromCharCode(...bytes.subarray(from, from + AT_ONCE));
  }
  return btoa(letters);
}
