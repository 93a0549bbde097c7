// Ways to the server: a WebSocket of the collector's own, or a Socket.IO client that the page has already.
import { needsToken, readAnswer } from './answer';
import { backOffMs, jitter } from './back-off';
import type { Answer } from './queue';
import type { Packet } from './socket-io-codec';
import { PONG, decode, encodeConnect, encodeEvent, isRecord } from './socket-io-codec';
import type { Batch } from './wire';

/** connecting: also between attempts. ended: the session is over, nothing will be sent any more. */
export type TransportState = 'connecting' | 'online' | 'ended';

export interface Transport {
  send(batch: Batch): Promise<Answer>;
  /** Server time, epoch milliseconds. */
  now(): number;
  /** Least number that the server will take for the next batch. */
  nextSeq?(): number;
  onState?(listener: (state: TransportState, reason?: string) => void): void;
  close?(): void;
}

export interface WebSocketTransportOptions {
  /** Address of the platform, e.g. `https://verity.example`. */
  url: string;
  /** A fresh access token; asked for at every connection. */
  getToken: () => string | Promise<string>;
  /** The WebSocket to use; the page's own unless a test or Node names another. */
  WebSocket?: typeof WebSocket;
  random?: () => number;
}

const ACK_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 15_000;
/** Faults of the handshake after which there is nothing to come back to. */
const ENDED = new Set<unknown>(['session-ended', 'not-allowed']);

/** Speaks the WebSocket subset of Socket.IO: connect with a token, events with acknowledgement, heartbeat, reconnect. */
export function webSocketTransport(options: WebSocketTransportOptions): Transport {
  const { getToken, WebSocket: Socket = globalThis.WebSocket, random = jitter } = options;
  const address = new URL('/socket.io/?EIO=4&transport=websocket', options.url);
  address.protocol = address.protocol.replace('http', 'ws');
  const listeners: ((state: TransportState, reason?: string) => void)[] = [];
  const acks = new Map<number, (ack: unknown) => void>();
  let state: TransportState = 'connecting';
  let socket: WebSocket | null = null;
  let attempt = 0;
  let nextAckId = 0;
  let clockOffset = 0;
  let leastSeq = 0;
  let heartbeatMs = CONNECT_TIMEOUT_MS;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let reconnect: ReturnType<typeof setTimeout> | undefined;

  function enter(next: TransportState, reason?: string): void {
    if (state === next || state === 'ended') return;
    state = next;
    for (const listener of listeners) listener(next, reason);
  }

  function open(): void {
    heartbeatMs = CONNECT_TIMEOUT_MS;
    const opened = new Socket(address);
    socket = opened;
    opened.onmessage = ({ data }) => {
      if (socket !== opened) return;
      heard();
      handle(decode(data));
    };
    opened.onclose = () => {
      if (socket === opened) lost();
    };
    heard();
  }

  /** A connection that is silent for longer than the server's heartbeat is dead, whatever TCP believes. */
  function heard(): void {
    clearTimeout(silence);
    silence = setTimeout(lost, heartbeatMs);
  }

  function lost(): void {
    drop();
    if (state === 'ended') return;
    enter('connecting');
    reconnect = setTimeout(open, backOffMs(attempt, random));
    attempt += 1;
  }

  function drop(): void {
    clearTimeout(silence);
    clearTimeout(reconnect);
    const dropped = socket;
    socket = null;
    dropped?.close();
    for (const settle of acks.values()) settle(undefined);
    acks.clear();
  }

  function end(reason: string): void {
    enter('ended', reason);
    drop();
  }

  function handle(packet: Packet): void {
    switch (packet.type) {
      case 'open':
        heartbeatMs = packet.pingInterval + packet.pingTimeout;
        heard();
        void authenticate();
        return;
      case 'ping':
        socket?.send(PONG);
        return;
      case 'event':
        handleEvent(packet.name, isRecord(packet.payload) ? packet.payload : {});
        return;
      case 'ack':
        acks.get(packet.id)?.(packet.answer);
        return;
      case 'connect_error':
        if (isRecord(packet.data) && ENDED.has(packet.data.code)) end(packet.message);
        else lost();
        return;
      case 'closed':
        lost();
        return;
    }
  }

  /** A page that cannot give a token now is asked again at the next attempt. */
  async function authenticate(): Promise<void> {
    const asking = socket;
    try {
      const token = await getToken();
      if (socket === asking) asking?.send(encodeConnect({ token }));
    } catch {
      if (socket === asking) lost();
    }
  }

  function handleEvent(name: string, payload: Record<string, unknown>): void {
    if (name === 'connection_response') {
      if (typeof payload.now === 'number') clockOffset = payload.now - Date.now();
      if (typeof payload.next_seq === 'number') leastSeq = payload.next_seq;
      attempt = 0;
      enter('online');
    } else if (name === 'session_terminated') {
      end(typeof payload.reason === 'string' ? payload.reason : 'the session has ended');
    }
  }

  open();
  return {
    send(batch) {
      const using = socket;
      if (!using || state !== 'online') {
        return Promise.resolve({ outcome: 'retry', detail: 'not connected' });
      }
      return new Promise((resolve) => {
        const id = nextAckId++;
        const settle = (ack: unknown): void => {
          clearTimeout(timeout);
          acks.delete(id);
          resolve(readAnswer(ack));
          if (socket === using && needsToken(ack)) lost();
        };
        const timeout = setTimeout(() => settle(undefined), ACK_TIMEOUT_MS);
        acks.set(id, settle);
        using.send(encodeEvent('behavioral_data', batch, id));
      });
    },
    now: () => Date.now() + clockOffset,
    nextSeq: () => leastSeq,
    onState: (listener) => void listeners.push(listener),
    close: () => end('stopped'),
  };
}

/** What the collector needs of a Socket.IO client. */
export interface PageSocket {
  connected: boolean;
  emit(event: 'behavioral_data', batch: Batch, ack: (answer: unknown) => void): unknown;
  on(event: string, listener: (payload: unknown) => void): unknown;
  off(event: string, listener: (payload: unknown) => void): unknown;
}

/** Uses a connected or connecting Socket.IO client; reconnecting stays the page's own business. */
export function pageSocketTransport(
  socket: PageSocket,
  first: { now?: number; nextSeq?: number } = {},
): Transport {
  const listeners: ((state: TransportState, reason?: string) => void)[] = [];
  let clockOffset = (first.now ?? Date.now()) - Date.now();
  let leastSeq = first.nextSeq ?? 0;
  const tell = (state: TransportState, reason?: string): void => {
    for (const listener of listeners) listener(state, reason);
  };
  const greeted = (payload: unknown): void => {
    if (!isRecord(payload)) return;
    if (typeof payload.now === 'number') clockOffset = payload.now - Date.now();
    if (typeof payload.next_seq === 'number') leastSeq = payload.next_seq;
    tell('online');
  };
  const cut = (): void => tell('connecting');
  const terminated = (payload: unknown): void =>
    tell('ended', isRecord(payload) ? String(payload.reason) : undefined);
  const handlers = {
    connection_response: greeted,
    disconnect: cut,
    session_terminated: terminated,
  };
  for (const [event, handler] of Object.entries(handlers)) socket.on(event, handler);
  return {
    send(batch) {
      if (!socket.connected) return Promise.resolve({ outcome: 'retry', detail: 'not connected' });
      return new Promise((resolve) => {
        const timeout = setTimeout(() => resolve(readAnswer(undefined)), ACK_TIMEOUT_MS);
        socket.emit('behavioral_data', batch, (ack) => {
          clearTimeout(timeout);
          resolve(readAnswer(ack));
        });
      });
    },
    now: () => Date.now() + clockOffset,
    nextSeq: () => leastSeq,
    onState: (listener) => void listeners.push(listener),
    close() {
      for (const [event, handler] of Object.entries(handlers)) socket.off(event, handler);
    },
  };
}
