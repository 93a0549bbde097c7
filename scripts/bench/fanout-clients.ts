// Clients of the fan-out bench over bare TCP: they count events by the headers of frames, so that the load stays small.
import { connect, type Socket } from 'node:net';
import { randomBytes } from 'node:crypto';

const RISK = Buffer.from('42["risk_score_update"');
/** An Engine.IO `pong`, masked with zeros as clients must. */
const PONG = Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0x33]);

function masked(text: string): Buffer {
  const body = Buffer.from(text);
  const header =
    body.length < 126
      ? Buffer.from([0x81, 0x80 | body.length])
      : Buffer.from([0x81, 0xfe, body.length >> 8, body.length & 0xff]);
  return Buffer.concat([header, Buffer.alloc(4), body]);
}

export class CountingSocket {
  /** Risk updates that came. */
  events = 0;
  onClose: () => void = () => undefined;
  private rest: Buffer = Buffer.alloc(0);
  /** Bytes of a frame that are still to come and need no looking at. */
  private skip = 0;

  private constructor(
    private readonly socket: Socket,
    private onText: (text: string) => void,
    /** Risk updates are text like everything else, not only counted. */
    private readonly reads: boolean,
  ) {}

  /** Resolves when the Socket.IO handshake was accepted. `read` gets every packet. */
  static open(port: number, auth: object, read?: (text: string) => void): Promise<CountingSocket> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      let upgraded = false;
      const greet = (text: string): void => {
        read?.(text);
        if (text.startsWith('0')) counting.send(`40${JSON.stringify(auth)}`);
        else if (text.startsWith('44')) reject(new Error(`Refused: ${text.slice(2)}`));
        else if (text.startsWith('42["connection_response"')) {
          counting.onText = read ?? (() => undefined);
          resolve(counting);
        }
      };
      const counting = new CountingSocket(socket, greet, read !== undefined);
      socket.on('error', reject);
      socket.on('close', () => {
        counting.onClose();
        reject(new Error('The connection was closed in the handshake.'));
      });
      socket.on('connect', () =>
        socket.write(
          'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n' +
            `Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
        ),
      );
      socket.on('data', (data) => {
        if (upgraded) return counting.take(data);
        const end = data.indexOf('\r\n\r\n');
        if (end < 0) return;
        upgraded = true;
        if (data.length > end + 4) counting.take(data.subarray(end + 4));
      });
    });
  }

  send(packet: string): void {
    this.socket.write(masked(packet));
  }

  close(): void {
    this.onClose = () => undefined;
    this.socket.destroy();
  }

  private take(data: Buffer): void {
    let at = 0;
    if (this.skip > 0) {
      at = Math.min(this.skip, data.length);
      this.skip -= at;
      if (this.skip > 0) return;
    }
    let bytes = at === 0 ? data : data.subarray(at);
    if (this.rest.length > 0) bytes = Buffer.concat([this.rest, bytes]);
    at = 0;
    while (bytes.length - at >= 2) {
      const short = (bytes[at + 1] as number) & 0x7f;
      const header = short < 126 ? 2 : short === 126 ? 4 : 10;
      const there = bytes.length - at - header;
      if (there < 0) break;
      const length =
        short < 126
          ? short
          : short === 126
            ? bytes.readUInt16BE(at + 2)
            : Number(bytes.readBigUInt64BE(at + 2));
      if (there < Math.min(length, RISK.length)) break;
      const body = at + header;
      if (
        !this.reads &&
        length > RISK.length &&
        RISK.compare(bytes, body, body + RISK.length) === 0
      ) {
        this.events++;
        at = body + length;
        if (at > bytes.length) {
          this.skip = at - bytes.length;
          this.rest = Buffer.alloc(0);
          return;
        }
        continue;
      }
      if (there < length) break;
      const text = bytes.toString('utf8', body, body + length);
      if (text === '2') this.socket.write(PONG);
      else this.onText(text);
      at = body + length;
    }
    this.rest = at === bytes.length ? Buffer.alloc(0) : Buffer.from(bytes.subarray(at));
  }
}

/** Opens many, a few at a time. */
export async function openCounting(
  ports: readonly number[],
  auths: readonly object[],
  read?: (index: number) => (text: string) => void,
): Promise<CountingSocket[]> {
  const AT_ONCE = 50;
  const open: CountingSocket[] = [];
  for (let from = 0; from < auths.length; from += AT_ONCE) {
    const some = auths.slice(from, from + AT_ONCE);
    open.push(
      ...(await Promise.all(
        some.map((auth, index) =>
          CountingSocket.open(
            ports[(from + index) % ports.length] as number,
            auth,
            read?.(from + index),
          ),
        ),
      )),
    );
  }
  return open;
}
