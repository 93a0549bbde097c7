// A process of its own around an IPFS node: serves it on a loopback port in the way of Kubo's RPC.
// Environment: IPFS_DIRECTORY, IPFS_PORT, IPFS_CREDENTIALS (name:password); IPFS_LEAST_FREE_BYTES.
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { DiskWatch } from './disk-watch';
import { openIpfsNode } from './ipfs-node';
import { rpcDoor } from './ipfs-rpc';

/** Evidence is the first to give way on a disk that fills: what cannot be stored now waits in the database. */
const LEAST_FREE_BYTES = 300e6;

const directory = required('IPFS_DIRECTORY');
const port = Number(required('IPFS_PORT'));
const credentials = required('IPFS_CREDENTIALS');

mkdirSync(directory, { recursive: true, mode: 0o700 });
const disk = new DiskWatch(
  directory,
  Number(process.env.IPFS_LEAST_FREE_BYTES ?? LEAST_FREE_BYTES),
  (full) => say(full ? 'error' : 'info', full ?? 'the disk has room again: blocks are taken'),
);
await disk.start(100);
const node = await openIpfsNode(directory);

const server = createServer(
  { headersTimeout: 10_000, requestTimeout: 30_000, maxHeaderSize: 8_192 },
  rpcDoor({
    node,
    credentials,
    full: () => disk.full,
    failed: (error, command) => say('error', `${command} failed: ${error.message}`),
  }),
);
server.maxConnections = 100;
server.listen(port, '127.0.0.1', () => say('info', 'the node is open'));

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void close());

async function close(): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  const last = setTimeout(() => server.closeAllConnections(), 2_000);
  await closed;
  clearTimeout(last);
  await node.stop();
  disk.stop();
  say('info', 'the node is closed');
  process.exit(0);
}

function say(level: 'info' | 'error', msg: string): void {
  const number = level === 'error' ? 50 : 30; // pino's numbers, as in every other log
  console.log(JSON.stringify({ level: number, time: Date.now(), name: 'ipfs', msg }));
}

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}
