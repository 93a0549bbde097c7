// Drives the collector's own WebSocket client, and the adapter to Socket.IO's client, against a real Socket.IO server.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import type { Socket } from 'socket.io';
import { io } from 'socket.io-client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket as NodeWebSocket } from 'ws';
import type { Transport, TransportState } from './transport';
import { pageSocketTransport, webSocketTransport } from './transport';
import type { Batch } from './wire';
import { randomNonce } from './wire';

const batch = (seq: number): Batch => ({
  seq,
  nonce: randomNonce(),
  started_at: Date.now(),
  keystrokes: [[0, 1, 2]],
  mouseMovements: [],
  clicks: [],
  scrolls: [],
  focus: [],
  touches: [],
});

let server: Server;
let url: string;
let received: Batch[];
let tokens: unknown[];
const started: { close?: () => unknown }[] = [];

async function listen(port = 0): Promise<void> {
  const http = createServer();
  server = new Server(http, { pingInterval: 100, pingTimeout: 100 });
  server.use((socket, next) => {
    const token: unknown = socket.handshake.auth['token'];
    tokens.push(token);
    next(
      token === 'ended'
        ? Object.assign(new Error('over'), { data: { code: 'session-ended' } })
        : undefined,
    );
  });
  server.on('connection', (socket: Socket) => {
    socket.emit('connection_response', { now: Date.now() + 90_000, next_seq: 5 });
    socket.on('behavioral_data', (data: Batch, ack: (answer: unknown) => void) => {
      received.push(data);
      ack({ ok: true, value: { seq: data.seq } });
    });
  });
  await new Promise<void>((resolve) => http.listen(port, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
}

beforeEach(async () => {
  received = [];
  tokens = [];
  await listen();
});

afterEach(async () => {
  for (const each of started.splice(0)) each.close?.();
  await server.close();
});

function connect(getToken: () => string | Promise<string> = () => 'good'): Transport {
  const transport = webSocketTransport({
    url,
    getToken,
    WebSocket: NodeWebSocket as unknown as typeof WebSocket,
    random: () => 0,
  });
  started.push(transport);
  return transport;
}

const reach = (transport: Transport, wanted: TransportState): Promise<string | undefined> =>
  new Promise((resolve) =>
    transport.onState?.((state, reason) => {
      if (state === wanted) resolve(reason);
    }),
  );

test('connects with its token, learns the clock and the next number, and delivers with acknowledgement', async () => {
  const transport = connect();
  expect(await transport.send(batch(5))).toMatchObject({ outcome: 'retry' });
  await reach(transport, 'online');
  expect(tokens).toEqual(['good']);
  expect(transport.nextSeq?.()).toBe(5);
  expect(Math.abs(transport.now() - Date.now() - 90_000)).toBeLessThan(200);
  const sent = batch(5);
  expect(await transport.send(sent)).toBe('accepted');
  expect(received).toEqual([sent]);
});

test('answers the heartbeat, so that a quiet connection stays', async () => {
  const transport = connect();
  await reach(transport, 'online');
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(server.of('/').sockets.size).toBe(1);
  expect(tokens).toHaveLength(1);
});

test('comes back after the server was away, with a fresh token', async () => {
  let asked = 0;
  const transport = connect(() => `token-${++asked}`);
  await reach(transport, 'online');
  const port = Number(new URL(url).port);
  const back = (async () => {
    await reach(transport, 'connecting');
    await reach(transport, 'online');
  })();
  await server.close();
  await listen(port);
  await back;
  expect(tokens.at(0)).toBe('token-1');
  expect(asked).toBeGreaterThan(1);
  expect(await transport.send(batch(6))).toBe('accepted');
});

test('a page that cannot give a token yet is asked again', async () => {
  let asked = 0;
  const transport = connect(() => (asked++ === 0 ? Promise.reject(new Error('offline')) : 'good'));
  await reach(transport, 'online');
  expect(asked).toBe(2);
});

test('a session that has ended is not knocked at again', async () => {
  const transport = connect(() => 'ended');
  expect(await reach(transport, 'ended')).toBe('over');
  await new Promise((resolve) => setTimeout(resolve, 700));
  expect(tokens).toEqual(['ended']);
});

test('the end of a session in the middle of it closes the connection for good', async () => {
  const transport = connect();
  await reach(transport, 'online');
  const ended = reach(transport, 'ended');
  server.emit('session_terminated', { reason: 'another typist' });
  expect(await ended).toBe('another typist');
  expect(await transport.send(batch(5))).toMatchObject({ outcome: 'retry' });
});

test('a token that expires during the connection is replaced by a fresh one', async () => {
  let asked = 0;
  const transport = connect(() => `token-${++asked}`);
  await reach(transport, 'online');
  const back = reach(transport, 'connecting').then(() => reach(transport, 'online'));
  for (const socket of server.of('/').sockets.values()) {
    socket.removeAllListeners('behavioral_data');
    socket.on('behavioral_data', (_data: Batch, ack: (answer: unknown) => void) =>
      ack({ ok: false, problem: { code: 'token-expired', detail: 'expired' } }),
    );
  }
  expect(await transport.send(batch(5))).toMatchObject({ outcome: 'retry' });
  await back;
  expect(tokens).toEqual(['token-1', 'token-2']);
});

test('an acknowledgement that is lost with the connection leaves the batch to be sent again', async () => {
  const transport = connect();
  await reach(transport, 'online');
  for (const socket of server.of('/').sockets.values()) {
    socket.removeAllListeners('behavioral_data');
    socket.on('behavioral_data', () => socket.disconnect(true));
  }
  expect(await transport.send(batch(5))).toMatchObject({ outcome: 'retry' });
});

test('a Socket.IO client that the page has already carries batches too', async () => {
  const socket = io(url, { auth: { token: 'good' }, transports: ['websocket'] });
  started.push(socket);
  const transport = pageSocketTransport(socket);
  await reach(transport, 'online');
  expect(transport.nextSeq?.()).toBe(5);
  expect(await transport.send(batch(5))).toBe('accepted');
  socket.disconnect();
  expect(await transport.send(batch(6))).toMatchObject({ outcome: 'retry' });
});
