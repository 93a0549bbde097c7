// Blocks over the real client and the real node, and over servers that hang, lie and talk nonsense.
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import {
  createServer as createTcpServer,
  type AddressInfo,
  type Server as TcpServer,
} from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { cidOfRaw } from '@verity/domain/audit/cid';
import { ipfsBlocks, pingIpfs } from './blocks';
import { ipfsEndpoint, ipfsVersion } from './endpoint';

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
const url = (): string => process.env.IPFS_URL as string;
const away = expect.objectContaining({
  code: 'unavailable',
  fix: expect.stringContaining('IPFS_URL'),
});

const servers: (Server | TcpServer)[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
  }
});

async function listening(server: Server | TcpServer): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const answering = (listener: RequestListener): Promise<string> => listening(createServer(listener));

describe('blocks on a real node', () => {
  it.each([1, 100, 65_536, 2 ** 20])('of %i bytes get the name that we compute', async (bytes) => {
    const blocks = ipfsBlocks(url());
    const block = randomBytes(bytes);
    const cid = await blocks.put(block);
    expect(cid).toBe(cidOfRaw(block, sha256));
    expect(block.equals((await blocks.get(cid)) as Uint8Array)).toBe(true);
    expect(await blocks.put(block)).toBe(cid);
    await blocks.remove(cid);
    expect(await blocks.get(cid)).toBeNull();
    await blocks.remove(cid);
  });

  it('says version and size', async () => {
    const blocks = ipfsBlocks(url());
    const before = await blocks.health();
    const cid = await blocks.put(randomBytes(1_000));
    const after = await blocks.health();
    expect(after.version).toMatch(/^helia\/\d/);
    expect(after.bytes - before.bytes).toBe(1_000);
    expect(after.blocks - before.blocks).toBe(1);
    await blocks.remove(cid);
    expect(await blocks.health()).toEqual(before);
  });

  it('refuses a block that is larger than nodes exchange', async () => {
    const big = randomBytes(2 ** 20 + 1);
    await expect(ipfsBlocks(url()).put(big)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/at most|does not answer/),
    });
  });

  it('refuses who has no password, and says so', async () => {
    const open = new URL(url());
    open.username = open.password = '';
    await expect(ipfsBlocks(open.href).health()).rejects.toThrow(/name and password/);
    await expect(ipfsVersion(open.href)).rejects.toThrow('401');
    expect(await pingIpfs(url())).toMatch(/^helia/);
  });
});

describe('a node that is not what it should be', () => {
  const name = cidOfRaw(Buffer.from('asked'), sha256);

  it('is away when nothing listens', async () => {
    const blocks = ipfsBlocks('http://127.0.0.1:1');
    await expect(blocks.put(Buffer.of(1))).rejects.toEqual(away);
    await expect(blocks.get(name)).rejects.toEqual(away);
    await expect(blocks.remove(name)).rejects.toEqual(away);
    await expect(blocks.health()).rejects.toEqual(away);
    await expect(pingIpfs('http://127.0.0.1:1')).rejects.toEqual(away);
  });

  it('is away when it takes the question and never answers', async () => {
    const blocks = ipfsBlocks(await listening(createTcpServer()), 200);
    const began = performance.now();
    await expect(blocks.put(randomBytes(100))).rejects.toThrow(
      /no answer in 0.2 s|does not answer/,
    );
    await expect(blocks.get(name)).rejects.toEqual(away);
    await expect(blocks.health()).rejects.toEqual(away);
    expect(performance.now() - began).toBeLessThan(3_000);
  });

  it('is away when its answer never ends', async () => {
    const base = await answering((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"Version":');
    });
    await expect(ipfsBlocks(base, 200).health()).rejects.toEqual(away);
    await expect(ipfsBlocks(base, 200).get(name)).rejects.toEqual(away);
    await expect(ipfsVersion(base, 200)).rejects.toThrow(/timeout|abort/i);
  });

  it('is found out when it gives other bytes', async () => {
    const base = await answering((_, response) => void response.end('something else'));
    await expect(ipfsBlocks(base).get(name)).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringContaining(name),
      fix: expect.stringContaining('ipfs repo verify'),
    });
  });

  it.each(['', '[]', '{"Key":"nonsense"}', '<html>', '{"Key":7}'])(
    'is away when it says %j',
    async (said) => {
      const base = await answering((_, response) => void response.end(said));
      await expect(ipfsBlocks(base).put(Buffer.of(1))).rejects.toEqual(away);
      await expect(ipfsBlocks(base).health()).rejects.toEqual(away);
      await expect(pingIpfs(base)).rejects.toEqual(away);
    },
  );

  it('is said to be full when it says that it is', async () => {
    const Message = 'write /data/blocks: no space left on device';
    const base = await answering((_, response) => {
      response.writeHead(500, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ Message, Code: 0, Type: 'error' }));
    });
    await expect(ipfsBlocks(base).put(Buffer.of(1))).rejects.toMatchObject({
      code: 'unavailable',
      message: 'The disk of the IPFS node is full.',
    });
  });

  it('is asked where its URL says, with the name and password in it', () => {
    const { base, headers } = ipfsEndpoint('https://me:p%40ss@ipfs.example:5001');
    expect(base.href).toBe('https://ipfs.example:5001/api/v0');
    expect(headers).toEqual({ authorization: `Basic ${btoa('me:p@ss')}` });
    expect(ipfsEndpoint('http://host/behind/api/v0')).toEqual({
      base: new URL('http://host/behind/api/v0'),
      headers: {},
    });
  });
});
