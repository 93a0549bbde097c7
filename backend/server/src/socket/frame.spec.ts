// Frames against a real client that reads them on the other side.
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { frameOf, packetOf } from './frame';

let server: WebSocketServer;
let client: WebSocket;
let wire: Socket;

beforeAll(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  server.on('connection', (_socket, request) => {
    wire = request.socket;
  });
  await once(server, 'listening');
  client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  await once(client, 'open');
});
afterAll(() => {
  client.close();
  server.close();
});

async function received(frame: Buffer): Promise<string> {
  const message = once(client, 'message') as Promise<[Buffer]>;
  wire.write(frame);
  return (await message)[0].toString();
}

describe('a frame', () => {
  it('is read by a WebSocket client as the Socket.IO packet of its event', async () => {
    const ofAnyLength = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 200 }),
      fc.constantFrom(50, 98, 99, 100, 32_700, 32_755, 70_000).map((n) => 'é'.repeat(n)),
    );
    await fc.assert(
      fc.asyncProperty(ofAnyLength, async (room) => {
        const frame = frameOf('room_joined', { room });
        const text = await received(frame);
        expect(text).toBe(`42["room_joined",${JSON.stringify({ room })}]`);
        expect(`4${packetOf(frame)}`).toBe(text);
      }),
      { numRuns: 40 },
    );
  });
});
