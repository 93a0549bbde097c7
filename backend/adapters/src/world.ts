// The clock and ids of the real world.
import { randomFillSync } from 'node:crypto';
import { uuidV7 } from '@verity/domain/kernel/ids';
import type { Clock, NewId } from '@verity/domain/kernel/ports';

export const systemClock: Clock = () => new Date();

/** Random bytes are drawn in blocks: a system call an id would cost more than the id. */
const pool = new Uint8Array(10 * 512);
let drawn = pool.length;

export const newId: NewId = <Id extends string>(): Id => {
  if (drawn === pool.length) {
    randomFillSync(pool);
    drawn = 0;
  }
  drawn += 10;
  return uuidV7(Date.now(), pool.subarray(drawn - 10, drawn)) as Id;
};
