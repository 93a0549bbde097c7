// A MongoDB that goes away and comes back: a real one, behind a cable that can be cut.
import {
  connect as dial,
  createServer,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Connection } from 'mongoose';
import type { SessionId, UserId } from '@verity/protocol/ids';
import { newId, systemClock } from '../world';
import { connectMongo, PATIENCE_MS } from './connect';
import { mongoRepositories } from './repositories';

/** Carries bytes between a port of its own and the server of the test stack. */
class Cable {
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  #cut = false;

  constructor() {
    this.#server = createServer((near) => {
      if (this.#cut) return void near.destroy();
      const far = dial(serverOfStack());
      for (const socket of [near, far]) {
        this.#sockets.add(socket);
        socket.on('error', () => socket.destroy());
        socket.on('close', () => {
          this.#sockets.delete(socket);
          near.destroy();
          far.destroy();
        });
      }
      near.pipe(far).pipe(near);
    });
  }

  async lay(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const { port } = this.#server.address() as AddressInfo;
    return `mongodb://127.0.0.1:${port}/spec_connect?directConnection=true`;
  }

  cut(): void {
    this.#cut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#cut = false;
  }

  async remove(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function serverOfStack() {
  const [, address = ''] =
    /^mongodb:\/\/(?:[^@/]*@)?([^/,?]+)/.exec(process.env.MONGODB_URL ?? '') ?? [];
  const host = decodeURIComponent(address);
  if (host.startsWith('/')) return { path: host };
  const [name = 'localhost', port = '27017'] = host.split(':');
  return { host: name, port: Number(port) };
}

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function opened(url: string, patience: 'request' | 'work'): Promise<Connection> {
  const connection = await connectMongo(url, { appName: 'spec', patience });
  closers.push(() => connection.close(true));
  return connection;
}

describe('a database that is away', () => {
  it('fails a request soon, makes work wait, and loses neither when it is back', async () => {
    const cable = new Cable();
    closers.push(() => cable.remove());
    const url = await cable.lay();
    const request = mongoRepositories(await opened(url, 'request'), { clock: systemClock });
    const work = mongoRepositories(await opened(url, 'work'), { clock: systemClock });
    const id = newId<UserId>();
    expect(await request.users.byId(id)).toBeNull();

    cable.cut();
    const began = performance.now();
    const read = request.users.byId(id).catch((error: unknown) => error);
    const write = request.users.countHour(id, 1, new Date()).catch((error: unknown) => error);
    const point = {
      sessionId: newId<SessionId>(),
      at: new Date(),
      riskScore: 1,
      band: 'low',
    } as const;
    const bulk = request.riskHistory
      .add([{ ...point, id: newId() }])
      .catch((error: unknown) => error);
    const background = work.users.byId(id);
    for (const refused of await Promise.all([read, write, bulk])) {
      expect(refused).toMatchObject({ code: 'unavailable', retryAfterSeconds: 5 });
      expect((refused as Error).message).not.toContain('127.0.0.1');
    }
    expect(performance.now() - began).toBeLessThan(PATIENCE_MS.request + 1500);

    cable.mend();
    expect(await background).toBeNull();
    expect(await request.users.byId(id)).toBeNull();
  });

  it('is waited for at the start', async () => {
    const cable = new Cable();
    closers.push(() => cable.remove());
    const url = await cable.lay();
    cable.cut();
    setTimeout(() => cable.mend(), 6000);
    const connection = await opened(url, 'request');
    expect(connection.readyState).toBe(1);
  });
});
