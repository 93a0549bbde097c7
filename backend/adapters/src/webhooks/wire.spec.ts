// Sending over real sockets: receivers that hang, redirect, flood or drip, and one that is well.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createWebhookWire } from './wire';

let server: Server;
let url: string;
const reached: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    reached.push(request.url ?? '');
    switch (request.url) {
      case '/hang':
        return;
      case '/drip': {
        response.write('x');
        const timer = setInterval(() => response.write('x'), 50);
        response.on('close', () => clearInterval(timer));
        return;
      }
      case '/redirect':
        return void response.writeHead(302, { location: `${url}/well` }).end();
      case '/flood':
        return void response.end('y'.repeat(5_000_000));
      case '/cut':
        return void request.socket.destroy();
      default:
        request.pipe(response);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.closeAllConnections());

const wire = createWebhookWire({ allowPrivate: true });
const hasty = createWebhookWire({ allowPrivate: true, timeoutMs: 400 });
const post = (path: string, by = wire) => by.post(url + path, {}, '{"a":1}');

it('tells what a receiver answered', async () => {
  expect(await post('/well')).toMatchObject({ status: 200, error: null, response: '{"a":1}' });
});

it('waits no longer than it may, neither for a first byte nor for a last', async () => {
  for (const path of ['/hang', '/drip']) {
    const { error, durationMs } = await post(path, hasty);
    expect(error, path).toContain('within 0.4 seconds');
    expect(durationMs).toBeLessThan(1_500);
  }
});

it('follows no redirect', async () => {
  reached.length = 0;
  expect(await post('/redirect')).toMatchObject({
    status: 302,
    error: expect.stringContaining('not followed') as string,
  });
  expect(reached).toEqual(['/redirect']);
});

it('keeps the beginning of a long answer only', async () => {
  const { response, error } = await post('/flood');
  expect(error).toBeNull();
  expect(response).toHaveLength(2_048);
});

it('says in words what broke', async () => {
  expect((await post('/cut')).error).toBeTruthy();
  const closed = await wire.post('http://127.0.0.1:1/', {}, '');
  expect(closed).toMatchObject({ status: null, error: 'the connection was refused' });
});

it('refuses this machine where private targets are not allowed', async () => {
  const strict = createWebhookWire({ allowPrivate: false });
  const { error } = await strict.post(url.replace('http', 'https'), {}, '');
  expect(error).toContain('private network');
});
