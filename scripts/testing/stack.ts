// vitest globalSetup: Redis, MongoDB, RabbitMQ, IPFS and a chain for every spec, in a data directory that is removed after.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bringUp } from '../stack/bring-up';

export default async function setUpStack(): Promise<() => Promise<void>> {
  const dataDir = mkdtempSync(join(tmpdir(), 'verity-test-'));
  const stack = await bringUp({ dataDir });
  // Workers are forked with this environment.
  process.env.REDIS_URL = stack.env.REDIS_URL;
  process.env.MONGODB_URL = stack.env.MONGODB_URL;
  process.env.RABBITMQ_URL = stack.env.RABBITMQ_URL;
  process.env.CHAIN_URL = stack.env.CHAIN_URL;
  process.env.IPFS_URL = stack.env.IPFS_URL;
  return async () => {
    await stack.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
}
