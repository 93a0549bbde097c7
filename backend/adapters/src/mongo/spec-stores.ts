// For specs: the repositories over a scratch database of their own, which is dropped after.
import { afterAll, beforeAll } from 'vitest';
import type { Connection } from 'mongoose';
import { mongoRepositories, type Repositories } from './repositories';
import { scratchDatabase, type ScratchDatabase } from './scratch';
import { now } from './scratch-records';

/** Asked late: they are opened before the first test. */
export function scratchStores(): { stores(): Repositories; connection(): Connection } {
  let database: ScratchDatabase;
  let store: Repositories;
  beforeAll(async () => {
    database = await scratchDatabase();
    store = mongoRepositories(database.connection, { clock: () => now });
  });
  afterAll(() => database.drop());
  return { stores: () => store, connection: () => database.connection };
}
