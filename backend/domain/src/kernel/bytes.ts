// Bytes put together, and memory for many small pieces of them: to reserve one for each costs more than to fill it.

/** All of them in their order, in memory of their own. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

const FLEETING = new Uint8Array(16_384);

/** Memory of at least `length` bytes that is anybody's again with the next call: for what is hashed at once. */
export const fleeting = (length: number): Uint8Array =>
  length > FLEETING.length ? new Uint8Array(length) : FLEETING;

/** Hands out pieces of larger ones, which stay for as long as any of their pieces does. */
export class Reserve {
  #rest = new Uint8Array(0);

  /** `size`: bytes that are reserved at once. */
  constructor(private readonly size: number) {}

  /** A piece of as many bytes as `fill` says that it has written into the memory, of `most` bytes at least, that it is given. */
  take(most: number, fill: (memory: Uint8Array) => number): Uint8Array {
    if (this.#rest.length < most) this.#rest = new Uint8Array(Math.max(most, this.size));
    const written = fill(this.#rest);
    const piece = this.#rest.subarray(0, written);
    this.#rest = this.#rest.subarray(written);
    return piece;
  }
}
