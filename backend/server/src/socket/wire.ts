// The way to one connection: can it take more right now, and events written to it without a detour.
import type { VeritySocket } from './server';
import { packetOf } from './frame';

/** The part of a `ws` connection that Engine.IO itself writes encoded frames through. */
interface RawWebSocket {
  readyState: number;
  /** Bytes that the operating system has not taken yet. */
  bufferedAmount: number;
  _sender: { sendFrame(buffers: Buffer[]): void };
}

const OPEN = 1;

const rawOf = ({ conn }: VeritySocket): RawWebSocket | undefined =>
  conn.transport.name === 'websocket'
    ? (conn.transport as unknown as { socket: RawWebSocket }).socket
    : undefined;

/** True when nothing waits in front of what is written now: neither packets nor bytes. */
export function isFree(socket: VeritySocket): boolean {
  const { conn } = socket;
  if (conn.readyState !== 'open' || !conn.transport.writable) return false;
  if ((conn as unknown as { writeBuffer: unknown[] }).writeBuffer.length > 0) return false;
  const raw = rawOf(socket);
  return !raw || (raw.readyState === OPEN && raw.bufferedAmount === 0);
}

/** Writes frames to a free connection, as one piece. `joined` is all of them in one buffer, where it exists already. */
export function write(
  socket: VeritySocket,
  frames: readonly Buffer[],
  joined: Buffer = frames.length === 1 ? (frames[0] as Buffer) : Buffer.concat(frames),
): void {
  const raw = rawOf(socket);
  // A packet of Engine.IO would cost a queue, a callback and four events for each frame.
  if (raw) raw._sender.sendFrame([joined]);
  else for (const frame of frames) socket.conn.write(packetOf(frame));
}
