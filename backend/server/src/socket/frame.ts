// An event as it goes over the wire: encoded once, the same bytes for every socket that gets it.
import type { ServerEventName, ServerEventPayload } from '@verity/protocol/events';

/** A text frame that is whole (RFC 6455, section 5.2). */
const TEXT = 0x81;

/** Engine.IO `4` (message), Socket.IO `2` (event) of the main namespace. */
const PACKET = '42';

/**
 * A WebSocket frame of one event, unmasked as servers send. Its bytes are its own and not part of a shared slab, since
 * frames are kept for as long as somebody may need them.
 */
export function frameOf<E extends ServerEventName>(
  event: E,
  payload: ServerEventPayload<E>,
): Buffer {
  const packet = `${PACKET}["${event}",${JSON.stringify(payload)}]`;
  const length = Buffer.byteLength(packet);
  const header = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafeSlow(header + length);
  frame[0] = TEXT;
  if (header === 2) frame[1] = length;
  else if (header === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(packet, header);
  return frame;
}

/** The Socket.IO packet in a frame, for connections that do not speak WebSocket: without the Engine.IO type. */
export function packetOf(frame: Buffer): string {
  const size = (frame[1] ?? 0) & 0x7f;
  const header = size < 126 ? 2 : size === 126 ? 4 : 10;
  return frame.toString('utf8', header + 1);
}
