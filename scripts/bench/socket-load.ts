// A crowd of lean Socket.IO clients over plain WebSockets, so that the load costs less than what it loads.
import { randomBytes } from 'node:crypto';
import { WebSocket } from 'ws';
import { TELEMETRY_LIMITS } from '@verity/protocol/telemetry/schemas';

/** What one client does with the answers that concern a batch. */
export interface Heard {
  /** The batch was acknowledged; `code` is the fault when it was refused. */
  acknowledged(seq: number, code: string | null): void;
  /** A score came that knows this batch and all before it. */
  scored(seq: number): void;
  closed(): void;
}

const BATCH_SEQ = '"batch_seq":';

export class LeanSocket {
  nextSeq = 0;
  bytesIn = 0;
  onHeard: Partial<Heard> = {};
  private readonly pending = new Map<number, number>();
  private ackId = 0;
  /**
   * When the last batch began, as if it had been kept offline: each is a second after the one before, however fast
   * they are sent. Seconds that overlap look like a machine, and the platform ends such a session.
   */
  private measuredAt = Date.now() - TELEMETRY_LIMITS.lateMs + 60_000;

  private constructor(
    private readonly socket: WebSocket,
    /** Makes the timings of this client unlike those of any other. */
    readonly index: number,
  ) {}

  /** Resolves when the handshake was accepted. */
  static open(url: string, token: string, index: number): Promise<LeanSocket> {
    const address = `${url.replace(/^http/, 'ws')}/socket.io/?EIO=4&transport=websocket`;
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(address, { perMessageDeflate: false });
      const lean = new LeanSocket(socket, index);
      socket.on('error', reject);
      socket.on('close', () => {
        lean.onHeard.closed?.();
        reject(new Error('The connection was closed in the handshake.'));
      });
      socket.on('message', (data: Buffer) => {
        lean.bytesIn += data.length;
        // latin1 is the fastest way to look at bytes; the answers that count are ASCII.
        const text = data.toString('latin1');
        if (text.startsWith('0')) socket.send(`40${JSON.stringify({ token })}`);
        else if (text === '2') socket.send('3');
        else if (text.startsWith('44'))
          reject(new Error(`The handshake was refused: ${text.slice(2)}`));
        else if (text.startsWith('42["connection_response"')) {
          lean.nextSeq = Number(/"next_seq":(\d+)/.exec(text)?.[1] ?? 0);
          resolve(lean);
        } else lean.hear(text);
      });
    });
  }

  /** Sends the next batch and answers its number. */
  send(): number {
    const seq = this.nextSeq++;
    const id = this.ackId++;
    this.pending.set(id, seq);
    this.measuredAt += 1_000;
    this.socket.send(`42${id}["behavioral_data",${batch(this.index, seq, this.measuredAt)}]`);
    return seq;
  }

  close(): void {
    this.onHeard = {};
    this.socket.close();
  }

  private hear(text: string): void {
    if (text.startsWith('42["risk_score_update"')) {
      const at = text.lastIndexOf(BATCH_SEQ);
      if (at > 0) this.onHeard.scored?.(Number.parseInt(text.slice(at + BATCH_SEQ.length), 10));
    } else if (text.startsWith('43')) {
      const id = Number.parseInt(text.slice(2), 10);
      const seq = this.pending.get(id);
      this.pending.delete(id);
      if (seq === undefined) return;
      const ok = text.includes('"ok":true');
      this.onHeard.acknowledged?.(
        seq,
        ok ? null : (/"code":"([^"]+)"/.exec(text)?.[1] ?? 'unknown'),
      );
    }
  }
}

/** Opens many, a few at a time. */
export async function openCrowd(
  urls: readonly string[],
  tokens: readonly string[],
): Promise<LeanSocket[]> {
  const crowd: LeanSocket[] = [];
  const AT_ONCE = 50;
  for (let from = 0; from < tokens.length; from += AT_ONCE) {
    const some = tokens.slice(from, from + AT_ONCE);
    crowd.push(
      ...(await Promise.all(
        some.map((token, offset) =>
          LeanSocket.open(urls[(from + offset) % urls.length] as string, token, from + offset),
        ),
      )),
    );
  }
  return crowd;
}

const VARIANTS = 64;
const KEYSTROKES = 4;
const MOVEMENTS = 40;

/** Numbers between 0 and 1 that look like chance and cost nothing; only load is made of them. */
const noise = (n: number): number => (Math.sin(n * 12.9898) * 43_758.5453) % 1;

/** A second of somebody who types a little and moves the mouse: most of it made ahead. */
const bodies = Array.from({ length: VARIANTS }, (_, variant) => {
  const wobble = (n: number): number => Math.abs(noise(variant * 1_000 + n));
  const keystrokes = Array.from({ length: KEYSTROKES }, (_, i) => [
    Math.floor(wobble(i) * 4),
    Number((i * 230 + wobble(i + 10) * 60).toFixed(1)),
    Number((70 + wobble(i + 20) * 50).toFixed(1)),
  ]);
  const movements = Array.from({ length: MOVEMENTS - 1 }, (_, i) => [
    Number((i * 24 + wobble(i + 30) * 8).toFixed(1)),
    Math.round(600 + 300 * Math.sin((variant + i) / 9) + wobble(i + 80) * 9),
    Math.round(400 + 200 * Math.cos((variant + i) / 7) + wobble(i + 130) * 9),
  ]);
  return {
    keystrokes: JSON.stringify(keystrokes),
    movements: JSON.stringify(movements).slice(0, -1),
  };
});

const nonces = randomBytes(65_536);

/** One batch as JSON; the last movement makes its timings unlike those of any other. */
export function batch(index: number, seq: number, startedAt: number): string {
  const { keystrokes, movements } = bodies[(index * 7 + seq) % VARIANTS] as (typeof bodies)[number];
  const from = (index * 131 + seq * 17) % (nonces.length - 16);
  const nonce = Buffer.from(nonces.subarray(from, from + 16));
  nonce.writeUInt32LE(index, 0);
  nonce.writeUInt32LE(seq, 4);
  const last = `[${970 + (seq % 100) / 10},${(seq * 31 + index) % 1900},${Math.floor(seq / 100) % 1000}]`;
  return (
    `{"seq":${seq},"nonce":"${nonce.toString('base64url')}","started_at":${startedAt},` +
    `"keystrokes":${keystrokes},"mouseMovements":${movements},${last}],` +
    `"clicks":[],"scrolls":[],"focus":[],"touches":[]}`
  );
}
