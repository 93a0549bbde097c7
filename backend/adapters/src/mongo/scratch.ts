// A database of its own for a spec, on the server that the test stack brought up.
import { randomBytes } from 'node:crypto';
import type { Connection } from 'mongoose';
import { connectMongo } from './connect';
import { ensureIndexes } from './repositories';

export interface ScratchDatabase {
  connection: Connection;
  drop(): Promise<void>;
}

export async function scratchDatabase(): Promise<ScratchDatabase> {
  const url = process.env.MONGODB_URL;
  if (!url) throw new Error('MONGODB_URL is not set: run specs through vitest.');
  const database = `spec_${randomBytes(6).toString('hex')}`;
  const connection = await connectMongo(url, { appName: 'spec', patience: 'request', database });
  await ensureIndexes(connection);
  return {
    connection,
    async drop() {
      await connection.dropDatabase();
      await connection.close();
    },
  };
}
