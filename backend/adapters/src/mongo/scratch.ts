// A database of its own for a spec, on the server that the test stack brought up.
import { randomBytes } from 'node:crypto';
import type { Connection } from 'mongoose';
import { connectMongo } from './connect';
import { ensureIndexes } from './repositories';

export interface ScratchDatabase {
  connection: Connection;
  drop(): Promise<void>;
}

/** Databases that were emptied: to make a new one, with its hundred and more indexes, takes a second. */
const free: string[] = [];

export async function scratchDatabase(): Promise<ScratchDatabase> {
  const url = process.env.MONGODB_URL;
  if (!url) throw new Error('MONGODB_URL is not set: run specs through vitest.');
  const database = free.pop() ?? `spec_${randomBytes(6).toString('hex')}`;
  const connection = await connectMongo(url, { appName: 'spec', patience: 'request', database });
  await ensureIndexes(connection);
  return {
    connection,
    async drop() {
      const collections = (await connection.db?.collections()) ?? [];
      await Promise.all(collections.map((collection) => collection.deleteMany({})));
      await connection.close();
      free.push(database);
    },
  };
}
