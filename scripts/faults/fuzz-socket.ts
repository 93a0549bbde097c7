// Random frames at the socket door: broken WebSocket frames, broken packets, and events with broken payloads.
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { CLIENT_EVENTS } from '@verity/protocol/events';
import type { Outcome } from './fuzz';
import type { FuzzValues } from './fuzz-values';

const EVENTS = Object.entries(CLIENT_EVENTS);
/** Of RFC 6455: text, binary, close, ping, and what is reserved. */
const OPCODES = [1, 1, 1, 1, 1, 1, 2, 8, 9, 3, 15];
const FRAMES_EACH = 40;

/** One connection and up to forty frames; resolves when the server has closed it or answered them all. */
export async function fuzzSocket(
  url: string,
  tokens: readonly string[],
  values: FuzzValues,
): Promise<Outcome[]> {
  const { port } = new URL(url);
  const socket = connect({ host: '127.0.0.1', port: Number(port) });
  const wire = new Wire(socket);
  const outcomes: Outcome[] = [];
  try {
    await wire.upgrade(values);
    const token = values.chance(0.9) ? values.one(tokens) : values.hostile();
    wire.send(1, `40${JSON.stringify({ token })}`);
    const greeted = await wire.heard(['42["connection_response"', '44{'], 15_000);
    for (let frame = 0; greeted && frame < FRAMES_EACH && !wire.closed; frame++) {
      const payload = payloadOf(values);
      const bytes = Buffer.byteLength(payload);
      const began = performance.now();
      wire.send(values.chance(0.9) ? 1 : values.one(OPCODES), payload, values);
      // An event that is answered, behind the frame: the time until then is the frame's.
      wire.send(1, `42${frame}["ping",{}]`);
      const answered = await wire.heard([`43${frame}[`], 2_000);
      const milliseconds = answered ? performance.now() - began : 0;
      outcomes.push({
        what: payload.slice(0, 80),
        status: wire.broke ? 500 : 0,
        bytes,
        milliseconds,
      });
      // The frame was a goodbye.
      if (!answered) break;
    }
  } finally {
    socket.destroy();
  }
  return outcomes;
}

function payloadOf(values: FuzzValues): string {
  const kind = values.random();
  if (kind < 0.1) return values.one(PACKETS);
  const [event, declared] = values.one(EVENTS);
  const name = values.chance(0.9)
    ? event
    : values.one(['__proto__', 'connect', 'disconnect', 'constructor']);
  const ack = values.chance(0.7) ? String(1_000 + values.below(1_000)) : '';
  const packet = `42${ack}[${JSON.stringify(name)},${values.json(declared.payload)}]`;
  return kind < 0.2 ? values.bytes(packet) : packet;
}

/** Packets of Engine.IO and Socket.IO that no client of ours sends. */
const PACKETS = [
  '',
  '4',
  '40',
  '40{',
  '40/admin,{}',
  '41',
  '42',
  '42[]',
  '42["ping"',
  '42[{"a":1}]',
  '42[1,2,3]',
  '429007199254740993["ping",{}]',
  '43["x"]',
  '431[]',
  '44{"message":"x"}',
  '451-["behavioral_data",{"_placeholder":true,"num":0}]',
  '4599999-["x",{"_placeholder":true,"num":99999}]',
  '45-1-["x"]',
  '461-0[]',
  '49',
  '5',
  '6',
  '0{"sid":"x"}',
  '2probe',
  '3probe',
  'b!!!!',
  '\u0000',
  '42/x,["ping",{}]',
  'x'.repeat(70_000),
  `42["ping","${'x'.repeat(66_000)}"]`,
];

/** A WebSocket without the courtesy: it sends what it is told to. */
class Wire {
  closed = false;
  /** The server has owned up to a defect. */
  broke = false;
  #text = '';
  #rest = Buffer.alloc(0);

  constructor(private readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('close', () => (this.closed = true));
    socket.on('error', () => (this.closed = true));
  }

  /** Frames of a server bear no mask; before them comes the answer to the upgrade. */
  #take(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    if (this.#rest[0] === 0x48) {
      const end = this.#rest.indexOf('\r\n\r\n');
      if (end < 0) return;
      this.#text += this.#rest.subarray(0, end).toString('latin1');
      this.#rest = this.#rest.subarray(end + 4);
    }
    while (this.#rest.length >= 2) {
      const short = (this.#rest[1] ?? 0) & 127;
      const header = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (this.#rest.length < header) return;
      const length =
        short < 126 ? short : Number(BigInt(`0x${this.#rest.toString('hex', 2, header)}`));
      if (this.#rest.length < header + length) return;
      // Whoever says goodbye is not kept waiting.
      if (((this.#rest[0] ?? 0) & 15) === 8) this.socket.destroy();
      const text = this.#rest.toString('latin1', header, header + length);
      this.broke ||= text.includes('"code":"internal"');
      this.#text += text;
      this.#rest = this.#rest.subarray(header + length);
    }
  }

  async upgrade(values: FuzzValues): Promise<void> {
    const query = values.chance(0.95)
      ? 'EIO=4&transport=websocket'
      : values.one([
          'EIO=3&transport=websocket',
          'EIO=4&transport=x',
          'EIO=4&transport=websocket&sid=x',
        ]);
    this.socket.write(
      `GET /socket.io/?${query} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
    );
    if (!(await this.heard(['pingInterval', 'HTTP/1.1 4'], 15_000)) && !this.closed) {
      throw new Error('the socket door does not answer');
    }
  }

  /** A masked frame; with `values`, one whose header lies now and then. */
  send(opcode: number, payload: string, values?: FuzzValues): void {
    if (this.closed) return;
    const bytes = Buffer.from(payload);
    const mask = randomBytes(4);
    const lies = values?.chance(0.03) ?? false;
    const length = lies ? bytes.length + 1 + (values?.below(1_000) ?? 0) : bytes.length;
    const size =
      length < 126
        ? Buffer.from([length | 128])
        : Buffer.concat([Buffer.from([126 | 128]), be16(length)]);
    const long = Buffer.alloc(9);
    long[0] = 127 | 128;
    long.writeBigUInt64BE(BigInt(length), 1);
    const reserved = values?.chance(0.02) ? 0x70 : 0;
    const header = [Buffer.from([128 | reserved | opcode]), length < 65_536 ? size : long, mask];
    this.socket.write(
      Buffer.concat([...header, bytes.map((byte, at) => byte ^ (mask[at % 4] ?? 0))]),
    );
    if (lies) this.socket.end();
  }

  /** Whether the server says one of these in time; false at once when it has closed the connection. */
  async heard(what: readonly string[], deadlineMs: number): Promise<boolean> {
    const deadline = performance.now() + deadlineMs;
    while (!what.some((each) => this.#text.includes(each))) {
      if (this.closed || performance.now() > deadline) return false;
      await new Promise<void>((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          this.socket.off('data', done).off('close', done);
          resolve();
        };
        const timer = setTimeout(done, 200);
        this.socket.on('data', done).on('close', done);
      });
    }
    this.#text = this.#text.slice(-1_000);
    return true;
  }
}

function be16(length: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(length & 0xffff);
  return bytes;
}
