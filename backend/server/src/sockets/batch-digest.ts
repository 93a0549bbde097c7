// A fingerprint of what was measured in a batch: two batches of one person never have the same.
import { createHash } from 'node:crypto';
import type { BehavioralData } from '@verity/protocol/telemetry/schemas';

/** A click or two may repeat by chance; so many events never do. */
const TELLING_EVENTS = 5;

let numbers = new Float64Array(1024);

/** 64 bits of SHA-256 over every number in the order of the wire, in hex; null when there are too few to tell. */
export function batchDigest(batch: BehavioralData): string | null {
  const lists: readonly (readonly (readonly number[])[])[] = [
    batch.keystrokes,
    batch.mouseMovements,
    batch.clicks,
    batch.scrolls,
    batch.touches,
  ];
  const events = lists.reduce((sum, list) => sum + list.length, 0);
  if (events < TELLING_EVENTS) return null;
  let used = 0;
  const write = (value: number): void => {
    if (used === numbers.length) {
      const larger = new Float64Array(used * 2);
      larger.set(numbers);
      numbers = larger;
    }
    numbers[used++] = value;
  };
  for (const list of lists) {
    // Lengths keep the lists apart.
    write(list.length);
    for (const event of list) for (const value of event) write(value);
  }
  const bytes = new Uint8Array(numbers.buffer, 0, used * 8);
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}
