// UUIDv7 (RFC 9562): ids that sort by the time they were made. Clock and randomness come in as arguments.

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/**
 * A UUIDv7 of 48 bits of milliseconds and 74 bits of `random` (at least 10 bytes).
 */
export function uuidV7(epochMs: number, random: Uint8Array): string {
  const high = Math.floor(epochMs / 2 ** 32);
  const low = epochMs % 2 ** 32;
  const b = (index: number): string => HEX[random[index] ?? 0] ?? '00';
  const time =
    (HEX[(high >>> 8) & 0xff] ?? '') +
    (HEX[high & 0xff] ?? '') +
    (HEX[(low >>> 24) & 0xff] ?? '') +
    (HEX[(low >>> 16) & 0xff] ?? '') +
    '-' +
    (HEX[(low >>> 8) & 0xff] ?? '') +
    (HEX[low & 0xff] ?? '');
  const version = HEX[((random[0] ?? 0) & 0x0f) | 0x70] ?? '';
  const variant = HEX[((random[2] ?? 0) & 0x3f) | 0x80] ?? '';
  return `${time}-${version}${b(1)}-${variant}${b(3)}-${b(4)}${b(5)}${b(6)}${b(7)}${b(8)}${b(9)}`;
}
