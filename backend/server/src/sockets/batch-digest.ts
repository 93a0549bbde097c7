// A fingerprint of what was measured in a batch: two batches of one person never have the same.
import { createHash } from 'node:crypto';
import type { BehavioralData } from '@verity/protocol/telemetry/schemas';

let numbers = new Float64Array(1024);

/** SHA-256 over every number in the order of the wire: without seq, nonce and start. */
export function batchDigest(batch: BehavioralData): Uint8Array {
  const lists: readonly (readonly (readonly number[])[])[] = [
    batch.keystrokes,
    batch.mouseMovements,
    batch.clicks,
    batch.scrolls,
    batch.touches,
  ];
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
  return createHash('sha256')
    .update(new Uint8Array(numbers.buffer, 0, used * 8))
    .digest();
}
