// The host of the IPFS node: what its door takes and refuses, what survives kill -9, and what it says of a full disk.
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ipfsBlocks } from '@verity/adapters/ipfs/blocks';
import { ipfsVersion } from '@verity/adapters/ipfs/endpoint';
import { cidOfRaw } from '@verity/domain/audit/cid';
import { bundleWhole } from '../bundle.mjs';
import { freePort } from './free-port';
import { soleFile } from './ipfs-multipart';

const CREDENTIALS = 'verity:secret';
const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
const nameOf = (block: Uint8Array): string => cidOfRaw(block, sha256);

interface Host {
  readonly child: ChildProcess;
  readonly port: number;
  readonly url: string;
}

/** However it ends: what is cut off while it writes has an error first. */
const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => socket.once('close', () => resolve()));

const directories: string[] = [];
const hosts: Host[] = [];

function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'verity-ipfs-'));
  directories.push(directory);
  return directory;
}

async function start(directory: string, settings: Record<string, string> = {}): Promise<Host> {
  const program = await bundleWhole('scripts/stack/ipfs-host.ts');
  const port = await freePort();
  const child = spawn(process.execPath, [program], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      IPFS_DIRECTORY: directory,
      IPFS_PORT: String(port),
      IPFS_CREDENTIALS: CREDENTIALS,
      ...settings,
    },
  });
  const host = { child, port, url: `http://${CREDENTIALS}@127.0.0.1:${port}` };
  hosts.push(host);
  await new Promise<void>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the host ended with ${code}`)));
    child.stdout?.on('data', (said: Buffer) => {
      if (said.includes('the node is open')) resolve();
    });
  });
  return host;
}

async function end({ child }: Host, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}

afterAll(async () => {
  for (const host of hosts) await end(host, 'SIGKILL');
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

describe('the door', () => {
  let host: Host;
  beforeAll(async () => {
    host = await start(newDirectory());
  });

  const ask = (path: string, init: RequestInit = {}, headers: Record<string, string> = {}) =>
    fetch(`http://127.0.0.1:${host.port}${path}`, {
      method: 'POST',
      ...init,
      // A connection each: one that is kept may be closed by the host in the moment of the next question.
      headers: { authorization: `Basic ${btoa(CREDENTIALS)}`, connection: 'close', ...headers },
    });
  const told = async (reply: Response): Promise<string> =>
    ((await reply.json()) as { Message: string }).Message;
  const form = (...blocks: Uint8Array[]): FormData => {
    const body = new FormData();
    blocks.forEach((block, at) =>
      body.append(`file${at}`, new Blob([new Uint8Array(block)]), 'block'),
    );
    return body;
  };

  it('speaks to POST alone', async () => {
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']) {
      const reply = await ask('/api/v0/version', { method });
      expect([method, reply.status, reply.headers.get('allow')]).toEqual([method, 405, 'POST']);
    }
  });

  it('refuses pages of a browser, from wherever they come', async () => {
    const sent: Record<string, string>[] = [
      { origin: 'http://127.0.0.1:5001' },
      { origin: 'null' },
      { referer: 'http://localhost/' },
      { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64)' },
    ];
    for (const headers of sent) {
      expect((await ask('/api/v0/version', {}, headers)).status).toBe(403);
    }
  });

  it('refuses who does not know the password', async () => {
    for (const authorization of ['', 'Basic', `Basic ${btoa('verity:wrong')}`, 'Bearer secret']) {
      expect((await ask('/api/v0/version', {}, { authorization })).status).toBe(401);
    }
  });

  it('listens on the loopback alone', async () => {
    const outside = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ internal, family }) => !internal && family === 'IPv4');
    for (const { address } of outside) {
      const socket = connect({ port: host.port, host: address });
      const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
      expect(error.code).toBe('ECONNREFUSED');
    }
  });

  it('knows only the commands that are called', async () => {
    for (const path of [
      '/',
      '/api/v0/',
      '/api/v0/config',
      '/api/v0/shutdown',
      '/ipfs/x',
      '/api/v0/__proto__',
    ]) {
      expect((await ask(path)).status).toBe(404);
    }
  });

  it('takes a block of one mebibyte and none that is larger, told by length or not', async () => {
    const most = randomBytes(2 ** 20);
    const taken = await ask('/api/v0/block/put', { body: form(most) });
    expect(await taken.json()).toEqual({ Key: nameOf(most), Size: most.length });
    const over = await ask('/api/v0/block/put', { body: form(randomBytes(2 ** 20 + 1)) });
    expect([over.status, await told(over)]).toEqual([413, 'a block has at most 1048576 bytes']);
    // Without a length it is cut off soon after the bound.
    const socket = connect({ port: host.port, host: '127.0.0.1' });
    socket.on('error', () => socket.destroy());
    socket.write(
      'POST /api/v0/block/put HTTP/1.1\r\nHost: node\r\nTransfer-Encoding: chunked\r\n' +
        `Content-Type: multipart/form-data; boundary=x\r\nAuthorization: Basic ${btoa(CREDENTIALS)}\r\n\r\n`,
    );
    const piece = Buffer.concat([
      Buffer.from('10000\r\n'),
      randomBytes(65_536),
      Buffer.from('\r\n'),
    ]);
    const pouring = setInterval(() => socket.write(piece), 1);
    await closed(socket.resume());
    clearInterval(pouring);
    expect(socket.bytesWritten).toBeLessThan(20e6);
    expect(await ipfsVersion(host.url)).toMatch(/^helia/);
  });

  it('names what it does not take', async () => {
    const block = form(Buffer.from('x'));
    const codec = await ask('/api/v0/block/put?cid-codec=dag-pb', { body: block });
    expect([codec.status, await told(codec)]).toEqual([400, expect.stringContaining('dag-pb')]);
    const two = await ask('/api/v0/block/put', { body: form(Buffer.of(1), Buffer.of(2)) });
    expect([two.status, await told(two)]).toEqual([400, expect.stringContaining('one part')]);
    const plain = await ask('/api/v0/block/put', { body: 'text' });
    expect([plain.status, await told(plain)]).toEqual([400, expect.stringContaining('multipart')]);
    for (const query of [
      '',
      '?arg=',
      '?arg=x',
      '?arg=../../etc/passwd',
      `?arg=${'b'.repeat(10_000)}`,
    ]) {
      const reply = await ask(`/api/v0/block/get${query}`);
      expect(reply.status).toBeGreaterThanOrEqual(400);
    }
  });

  it('pins, lists, refuses to remove what is pinned, and forgets what is not', async () => {
    const block = randomBytes(500);
    const arg = `?arg=${nameOf(block)}`;
    await ask('/api/v0/block/put', { body: form(block) });
    expect((await ask(`/api/v0/pin/ls${arg}`)).status).toBe(500);
    const pinned = await ask(`/api/v0/pin/add${arg}`);
    expect(await pinned.json()).toEqual({ Pins: [nameOf(block)] });
    expect((await ask(`/api/v0/pin/ls${arg}`)).status).toBe(200);
    expect(await (await ask('/api/v0/pin/ls')).text()).toContain(nameOf(block));
    expect(await (await ask(`/api/v0/block/rm${arg}`)).json()).toMatchObject({
      Error: 'pinned: recursive',
    });
    expect((await ask(`/api/v0/pin/rm${arg}`)).status).toBe(200);
    expect(await told(await ask(`/api/v0/pin/rm${arg}`))).toBe('not pinned or pinned indirectly');
    expect(await (await ask(`/api/v0/block/rm${arg}`)).json()).toEqual({ Hash: nameOf(block) });
    expect(await told(await ask(`/api/v0/block/stat${arg}`))).toContain('not found locally');
  });

  it('outlives whatever is sent to it', async () => {
    const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }));
    const command = fc.constantFrom('block/put', 'block/get', 'block/rm', 'pin/ls', 'pin/add', 'x');
    await fc.assert(
      fc.asyncProperty(
        command,
        text,
        text,
        fc.uint8Array({ maxLength: 3_000 }),
        async (name, key, value, body) => {
          const query = new URLSearchParams([
            ['arg', value],
            [key, value],
          ]);
          const type = { 'content-type': 'multipart/form-data; boundary=x' };
          const sent = Buffer.concat([Buffer.from('--x\r\n'), body, Buffer.from('\r\n--x--')]);
          const reply = await ask(`/api/v0/${name}?${query}`, { body: sent }, type);
          await reply.arrayBuffer();
          // Nothing that anybody sends is a failure of the node; 500 is how Kubo says no.
          expect(reply.status === 200 || reply.status >= 400).toBe(true);
        },
      ),
      { numRuns: 150 },
    );
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 2_000 }), async (bytes) => {
        const socket = connect({ port: host.port, host: '127.0.0.1' });
        socket.on('error', () => socket.destroy());
        socket.end(Buffer.from(bytes));
        socket.resume();
        await closed(socket);
      }),
      { numRuns: 100 },
    );
    expect(await ipfsVersion(host.url)).toMatch(/^helia/);
  });
});

describe('blocks on its disk', () => {
  it('are all there after kill -9 in the middle of many puts, whole and pinned', async () => {
    const directory = newDirectory();
    const acknowledged: string[] = [];
    for (let round = 0; round < 2; round++) {
      const host = await start(directory);
      const blocks = ipfsBlocks(host.url, 5_000);
      let stopped = false;
      const writing = Array.from({ length: 4 }, async () => {
        while (!stopped) {
          const block = randomBytes(1 + Math.floor((round + 1) * 60_000));
          await blocks.put(block).then(
            (cid) => acknowledged.push(cid),
            () => (stopped = true),
          );
        }
      });
      while (!stopped && acknowledged.length < (round + 1) * 40)
        await new Promise((go) => setTimeout(go, 5));
      await end(host, 'SIGKILL');
      await Promise.all(writing);
    }
    const host = await start(directory);
    const blocks = ipfsBlocks(host.url);
    for (const cid of acknowledged) expect(await blocks.get(cid)).not.toBeNull();
    const reply = await fetch(`http://127.0.0.1:${host.port}/api/v0/pin/ls`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(CREDENTIALS)}` },
    });
    const pinned = new Set(
      (await reply.text())
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { Cid: string }).Cid),
    );
    expect(acknowledged.filter((cid) => !pinned.has(cid))).toEqual([]);
    // What was never whole is gone.
    const names = readdirSync(directory, { recursive: true }) as string[];
    expect(names.filter((name) => /\.\d+\.\d+$/.test(name))).toEqual([]);
    await end(host, 'SIGTERM');
  }, 60_000);

  it('that have rotted are found out, and mended by whoever still has them', async () => {
    const directory = newDirectory();
    const host = await start(directory);
    const blocks = ipfsBlocks(host.url);
    const block = randomBytes(2_000);
    const cid = await blocks.put(block);
    const file = (readdirSync(join(directory, 'blocks'), { recursive: true }) as string[]).find(
      (name) => name.endsWith('.data'),
    ) as string;
    const path = join(directory, 'blocks', file);
    const bytes = readFileSync(path);
    bytes[1_000] = (bytes[1_000] as number) ^ 1;
    writeFileSync(path, bytes);
    await expect(blocks.get(cid)).rejects.toMatchObject({ code: 'internal' });
    await blocks.put(block);
    expect(block.equals((await blocks.get(cid)) as Uint8Array)).toBe(true);
    await end(host, 'SIGTERM');
  });

  it('are not taken while the disk is nearly full; reading and removing go on', async () => {
    const directory = newDirectory();
    const roomy = await start(directory);
    const cid = await ipfsBlocks(roomy.url).put(Buffer.from('kept'));
    await end(roomy, 'SIGTERM');
    const full = await start(directory, { IPFS_LEAST_FREE_BYTES: String(Number.MAX_SAFE_INTEGER) });
    const blocks = ipfsBlocks(full.url);
    await expect(blocks.put(Buffer.from('more'))).rejects.toMatchObject({
      code: 'unavailable',
      message: 'The disk of the IPFS node is full.',
      fix: expect.stringContaining('Free space'),
    });
    expect(await blocks.get(cid)).not.toBeNull();
    await blocks.remove(cid);
    expect(await blocks.get(cid)).toBeNull();
    await end(full, 'SIGTERM');
  });
});

describe('the one file of a multipart body', () => {
  const type = 'multipart/form-data; boundary=edge';
  const body = (content: Buffer, edge = 'edge') =>
    Buffer.concat([
      Buffer.from(`--${edge}\r\nContent-Disposition: form-data; name="file"\r\n\r\n`),
      content,
      Buffer.from(`\r\n--${edge}--\r\n`),
    ]);

  it('comes out as it went in, whatever its bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const content = Buffer.from(bytes);
        expect(soleFile(type, body(content))).toEqual(content);
      }),
    );
    expect(soleFile('multipart/form-data; boundary="a b"', body(Buffer.of(1), 'a b'))).toEqual(
      Buffer.of(1),
    );
  });

  it('is refused for any body that is cut', () => {
    const whole = body(Buffer.from('content'));
    for (let length = 0; length < whole.length - 2; length++) {
      expect(soleFile(type, whole.subarray(0, length))).toBeTypeOf('string');
    }
  });

  it('is looked for in anything without an error', () => {
    fc.assert(
      fc.property(fc.string(), fc.uint8Array(), (kind, bytes) => {
        soleFile(kind, Buffer.from(bytes));
        soleFile(
          type,
          Buffer.concat([Buffer.from('--edge\r\n'), bytes, Buffer.from('\r\n--edge')]),
        );
      }),
    );
  });
});
