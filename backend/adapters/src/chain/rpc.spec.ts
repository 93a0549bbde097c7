// Nodes that hang, lie or talk nonsense: each ends, in time, in a fault that gives nothing away, and nothing is confirmed.
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createHttp, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { Chain } from './open-chain';
import { openAnchorWorld, openNode, type AnchorWorld } from './spec-chain';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
const PATIENCE_MS = 700;

let node: Awaited<ReturnType<typeof openNode>>;
let world: AnchorWorld;
const closing: (() => void)[] = [];
beforeAll(async () => {
  node = await openNode();
});
afterAll(() => node.close());
beforeEach(async () => {
  world = await openAnchorWorld(undefined);
  await world.append(3);
});
afterEach(async () => {
  for (const close of closing.splice(0)) close();
  await world.close();
});

async function listening(server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
  });
  closing.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A node that answers what `twist` makes of the true answer. */
const liar = (twist: (method: string, result: unknown) => unknown): Promise<string> =>
  listening(
    createHttp((request: IncomingMessage, response) => {
      void text(request).then(async (body) => {
        const asked = JSON.parse(body) as { id: number; method: string };
        const reply = await fetch(node.url, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body,
        });
        const said = (await reply.json()) as { result?: unknown };
        if ('result' in said) said.result = twist(asked.method, said.result);
        response.setHeader('Content-Type', 'application/json');
        response.end(JSON.stringify(said));
      });
    }),
  );

const over = (url: string): Chain => world.connect({ CHAIN_URL: url }, PATIENCE_MS);

const drip = (head: string, byte: string) => (): Promise<string> =>
  listening(
    createServer((socket) => {
      socket.write(head);
      const dripping = setInterval(() => socket.write(byte), 50);
      socket.on('close', () => clearInterval(dripping));
    }),
  );
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';

it.each<[string, () => Promise<string>]>([
  ['takes the call and says nothing', () => listening(createServer(() => undefined))],
  ['sends a byte now and then', drip(`${HEAD}Content-Length: 100000\r\n\r\n`, ' ')],
  ['never ends its headers', drip('HTTP/1.1 200 OK\r\n', 'X')],
  ['hangs up', () => listening(createServer((socket) => socket.destroy()))],
  [
    'refuses everybody',
    () => listening(createHttp((_, response) => response.writeHead(403).end())),
  ],
  ['is too busy', () => listening(createHttp((_, response) => response.writeHead(429).end()))],
  [
    'leads elsewhere',
    () => listening(createHttp((_, to) => to.writeHead(302, { Location: node.url }).end())),
  ],
  [
    'talks nonsense',
    () => listening(createHttp((_, response) => response.end('<html>hello</html>'))),
  ],
  [
    'answers without a result',
    () => listening(createHttp((_, response) => response.end('{"jsonrpc":"2.0","id":1}'))),
  ],
  [
    'floods',
    () =>
      listening(
        createHttp((_, response) => {
          const pour = (): void => {
            while (!response.destroyed && response.write('0'.repeat(100_000)));
          };
          response.on('drain', pour);
          pour();
        }),
      ),
  ],
])('a node that %s ends in "unavailable" in time, and what is frozen waits', async (_, open) => {
  const secret = (await open()).replace('http://', 'http://me:my-secret@');
  const chain = over(`${secret}/v3/my-key`);
  const began = performance.now();
  const fault: unknown = await chain.open().catch((error: unknown) => error);
  expect(performance.now() - began).toBeLessThan(4 * PATIENCE_MS);
  expect(fault).toMatchObject({ code: 'unavailable', fix: expect.stringContaining('CHAIN_URL') });
  const result = await world.sync(chain);
  expect(result).toMatchObject({ frozen: 1, confirmed: 0, pending: 1 });
  expect(`${(fault as Error).message} ${result.problem}`).not.toMatch(/my-secret|my-key|127\.0/);
});

type Twist = (method: string, result: unknown) => unknown;
const change =
  (method: string, to: (result: never) => unknown): Twist =>
  (asked, result) =>
    asked === method && result !== null ? to(result as never) : result;

it.each<[string, Twist]>([
  ['chain', change('eth_chainId', () => '0x1')],
  ['chain, which is no number', change('eth_chainId', () => ({}))],
  [
    'receipt that names another block',
    change('eth_getTransactionReceipt', (r: object) => ({
      ...r,
      blockHash: `0x${'9'.repeat(64)}`,
    })),
  ],
  [
    'receipt without the event',
    change('eth_getTransactionReceipt', (r: object) => ({ ...r, logs: [] })),
  ],
  [
    'receipt of another transaction',
    change('eth_getTransactionReceipt', (r: object) => ({
      ...r,
      transactionHash: `0x${'9'.repeat(64)}`,
    })),
  ],
  [
    'receipt of a failure',
    change('eth_getTransactionReceipt', (r: object) => ({ ...r, status: '0x0' })),
  ],
  ['receipt that is a text', change('eth_getTransactionReceipt', () => 'yes')],
  ['block that is none', change('eth_getBlockByNumber', () => ({ hash: 7 }))],
  ['head', change('eth_blockNumber', () => 'many')],
  ['code', change('eth_call', () => '0x')],
  ['code, too short', change('eth_call', () => '0x1234')],
])('a false %s confirms nothing, and the truth after it everything', async (_, twist) => {
  let lying = true;
  const chain = over(await liar((method, result) => (lying ? twist(method, result) : result)));
  const result = await world.sync(chain);
  expect(result).toMatchObject({ confirmed: 0, pending: 1 });
  lying = false;
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  world.shift(61_000);
  await world.sync(chain);
  const opened = await over(node.url).open();
  expect(await opened.latest()).toEqual({ size: 3, root: world.rootAt(3) });
  expect(await world.book.get(3)).toMatchObject({ state: 'confirmed', root: world.rootAt(3) });
});
