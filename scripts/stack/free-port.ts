// Finds loopback ports for the servers that we start.
import { randomInt } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';

/**
 * Below every system's range of ephemeral ports (Linux: from 32768): a client that retries a port
 * of that range while its server is down can be given the very port as its own, connects to
 * itself, and keeps the server from coming back.
 */
const LOWEST = 20_000;
const HIGHEST = 30_000;

export function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 200; tries++) {
    const port = randomInt(LOWEST, HIGHEST);
    if (await isPortFree(port)) return port;
  }
  throw new Error(`no free port found between ${LOWEST} and ${HIGHEST}`);
}

/** The port of the last start, unless somebody else has it by now. */
export async function rememberedPort(file: string): Promise<number> {
  if (existsSync(file)) {
    const port = Number(readFileSync(file, 'utf8'));
    if (await isPortFree(port)) return port;
  }
  const port = await freePort();
  writeFileSync(file, String(port));
  return port;
}
