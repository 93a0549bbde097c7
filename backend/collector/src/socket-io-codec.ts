// The part of Engine.IO 4 and Socket.IO 5 packets that a WebSocket with one namespace needs (socket.io-protocol, engine.io-protocol).

export type Packet =
  | { type: 'open'; pingInterval: number; pingTimeout: number }
  | { type: 'ping' }
  | { type: 'connected' }
  | { type: 'connect_error'; message: string; data: unknown }
  | { type: 'event'; name: string; payload: unknown }
  | { type: 'ack'; id: number; answer: unknown }
  | { type: 'closed' }
  /** Legal but of no concern here, or no packet at all. */
  | { type: 'ignored' };

const IGNORED: Packet = { type: 'ignored' };

/** Engine.IO's answer to a ping. */
export const PONG = '3';

export const encodeConnect = (auth: { token: string }): string => `40${JSON.stringify(auth)}`;

export const encodeEvent = (name: string, payload: unknown, ackId: number): string =>
  `42${ackId}${JSON.stringify([name, payload])}`;

/** Reads one frame. Whatever arrives, nothing is thrown: what cannot be read is `ignored`. */
export function decode(frame: unknown): Packet {
  if (typeof frame !== 'string') return IGNORED;
  switch (frame[0]) {
    case '0':
      return decodeOpen(parse(frame.slice(1)));
    case '1':
      return { type: 'closed' };
    case '2':
      return { type: 'ping' };
    case '4':
      return decodeMessage(frame);
    default:
      return IGNORED;
  }
}

function decodeOpen(open: unknown): Packet {
  if (!isRecord(open)) return IGNORED;
  const { pingInterval, pingTimeout } = open;
  if (!isDuration(pingInterval) || !isDuration(pingTimeout)) return IGNORED;
  return { type: 'open', pingInterval, pingTimeout };
}

function decodeMessage(frame: string): Packet {
  switch (frame[1]) {
    case '0':
      return { type: 'connected' };
    case '1':
      return { type: 'closed' };
    case '2': {
      // An acknowledgement that the server asks for is not given: none of its events wants one.
      const event = parse(frame.slice(2).replace(/^\d+/, ''));
      if (!Array.isArray(event) || typeof event[0] !== 'string') return IGNORED;
      return { type: 'event', name: event[0], payload: event[1] };
    }
    case '3': {
      const id = /^\d{1,15}/.exec(frame.slice(2))?.[0];
      const answer = id === undefined ? undefined : parse(frame.slice(2 + id.length));
      return Array.isArray(answer) ? { type: 'ack', id: Number(id), answer: answer[0] } : IGNORED;
    }
    case '4': {
      const error = parse(frame.slice(2));
      const message = isRecord(error) && typeof error.message === 'string' ? error.message : '';
      return { type: 'connect_error', message, data: isRecord(error) ? error.data : undefined };
    }
    default:
      return IGNORED;
  }
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isDuration = (value: unknown): value is number =>
  typeof value === 'number' && value > 0 && value <= 3_600_000;
