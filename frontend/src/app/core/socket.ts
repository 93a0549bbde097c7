// The live connection: Socket.IO loaded when somebody is signed in, typed by the protocol, rejoining its rooms by itself.
import { type DestroyRef, Injectable, effect, inject, signal, untracked } from '@angular/core';
import type {
  ClientEventName,
  ClientEventReply,
  ClientToServer,
  ServerEventName,
  ServerEventPayload,
  ServerToClient,
} from '@verity/protocol/events';
import type { Ack } from '@verity/protocol/event';
import type { Problem } from '@verity/protocol/faults';
import { SILENCE_MS } from '@verity/protocol/realtime/heartbeat';
import type { Socket } from 'socket.io-client';
import { ApiError } from './api-error';
import { Identity } from './identity';
import { Resumption } from './resumption';

/** `silent`: the line is open, but the server gives no sign of life on it. */
export type ConnectionState = 'off' | 'connecting' | 'online' | 'silent' | 'reconnecting';
type LiveSocket = Socket<ServerToClient, ClientToServer>;
type Payload<E extends ClientEventName> = Parameters<ClientToServer[E]>[0];
type Listener = (payload: unknown) => void;

/** A room that is joined, and joined again after a cut. */
interface Membership {
  join: () => Promise<void>;
  /** What the server calls it, once it has been joined. */
  room?: string;
  wantsAnswer: boolean;
}

const ACK_TIMEOUT_MS = 10_000;

@Injectable({ providedIn: 'root' })
export class Realtime {
  readonly state = signal<ConnectionState>('off');
  /** Server time minus this clock, in milliseconds. */
  readonly clockOffsetMs = signal(0);
  /** Grows with every accepted handshake: for what no event tells of. */
  readonly connections = signal(0);
  /** Grows when events may have been missed that the server does not keep any more: lists are read again. */
  readonly missed = signal(0);

  private readonly identity = inject(Identity);
  private readonly listeners = new Map<ServerEventName, Set<Listener>>();
  private readonly rooms = new Map<string, Membership>();
  private readonly resume = new Resumption();
  private socket: LiveSocket | undefined;
  private opening = 0;
  private silence: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    effect(() => {
      const signedIn = this.identity.signedIn();
      untracked(() => (signedIn ? void this.open() : this.close()));
    });
    this.on('connection_response', ({ now, rooms }) => {
      this.clockOffsetMs.set(now - Date.now());
      this.hearLife();
      this.connections.update((count) => count + 1);
      for (const { join, room, wantsAnswer } of this.rooms.values()) {
        if (room && !wantsAnswer && rooms.includes(room)) continue;
        void join().catch(ignoreWhileCut);
      }
    });
    this.on('caught_up', ({ seen, complete }) => {
      const again = this.resume.caughtUp(seen);
      if (!complete || !again) this.missed.update((count) => count + 1);
    });
    this.on('session_terminated', ({ reason }) => this.identity.end(reason));
  }

  /** Hears an event until the caller is destroyed or the returned function is called. */
  on<E extends ServerEventName>(
    event: E,
    listener: (payload: ServerEventPayload<E>) => void,
    until?: DestroyRef,
  ): () => void {
    const heard = this.listeners.get(event) ?? new Set<Listener>();
    this.listeners.set(event, heard.add(listener as Listener));
    const off = () => void heard.delete(listener as Listener);
    until?.onDestroy(off);
    return off;
  }

  /** Sends an event and answers its acknowledgement. Rejects with `ApiError`. */
  async send<E extends ClientEventName>(
    event: E,
    payload: Payload<E>,
  ): Promise<ClientEventReply<E>> {
    const socket = this.socket;
    if (!socket?.connected) throw new ApiError(cut('The live connection is not there.'));
    let answer: Ack<ClientEventReply<E>>;
    try {
      const emitter = socket.timeout(ACK_TIMEOUT_MS) as unknown as {
        emitWithAck(event: string, payload: unknown): Promise<Ack<ClientEventReply<E>>>;
      };
      answer = await emitter.emitWithAck(event, payload);
    } catch (cause) {
      throw new ApiError(cut('The server did not acknowledge in time.'), { cause });
    }
    if (answer.ok) return answer.value;
    throw new ApiError(answer.problem);
  }

  /** Joins a room now and again after every reconnect. */
  join<E extends 'join_user_room' | 'join_admin_room' | 'subscribe_risk_score'>(
    event: E,
    payload: Payload<E>,
    answered?: (reply: ClientEventReply<E>) => void,
    until?: DestroyRef,
  ): void {
    const key = `${event} ${JSON.stringify(payload)}`;
    const membership: Membership = {
      wantsAnswer: answered !== undefined,
      join: async () => {
        const reply = await this.send(event, payload);
        if (this.rooms.get(key) === membership) {
          membership.room = reply.room;
          this.resume.joined(reply.room);
        }
        answered?.(reply);
      },
    };
    this.rooms.set(key, membership);
    until?.onDestroy(() => {
      if (this.rooms.get(key) !== membership) return;
      this.rooms.delete(key);
      if (membership.room) this.resume.left(membership.room);
    });
    if (this.state() === 'online' || this.state() === 'silent') {
      void membership.join().catch(ignoreWhileCut);
    }
  }

  private async open(): Promise<void> {
    const turn = ++this.opening;
    this.state.set('connecting');
    const { io } = await import('socket.io-client');
    if (turn !== this.opening) return;
    const socket: LiveSocket = io({
      path: '/socket.io',
      transports: ['websocket', 'polling'],
      reconnectionDelay: 500,
      reconnectionDelayMax: 15_000,
      randomizationFactor: 0.5,
      auth: (pass) => pass({ token: this.identity.token(), ...this.resume.auth() }),
    });
    this.socket = socket;
    socket.onAny((event: ServerEventName, payload: unknown) => {
      this.resume.saw(event, payload);
      for (const listener of this.listeners.get(event) ?? []) listener(payload);
    });
    socket.io.on('ping', () => {
      if (this.socket === socket && socket.connected) this.hearLife();
    });
    socket.on('disconnect', (reason) => {
      if (this.socket !== socket) return;
      clearTimeout(this.silence);
      this.state.set('reconnecting');
      // The server closed it (token too old, session changed): Socket.IO leaves the return to us.
      if (reason === 'io server disconnect') void this.returnWithFreshToken(socket);
    });
    socket.on('connect_error', (error) => {
      if (this.socket !== socket) return;
      this.state.set('reconnecting');
      const problem = (error as Error & { data?: Problem }).data;
      if (problem?.code === 'session-ended') this.identity.end(problem.detail);
      else if (!socket.active) void this.returnWithFreshToken(socket);
    });
  }

  /** Long before the line counts as cut, what it no longer brings is called old. */
  private hearLife(): void {
    clearTimeout(this.silence);
    this.state.set('online');
    this.silence = setTimeout(() => this.state.set('silent'), SILENCE_MS);
  }

  /** A refused handshake is not retried by Socket.IO: renew the token, then try again with jitter. */
  private async returnWithFreshToken(socket: LiveSocket): Promise<void> {
    try {
      await this.identity.refresh(this.identity.token());
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
    setTimeout(
      () => {
        if (this.socket === socket) socket.connect();
      },
      1_000 + jitterMs(2_000),
    );
  }

  private close(): void {
    this.opening++;
    clearTimeout(this.silence);
    this.socket?.disconnect();
    this.socket = undefined;
    this.resume.forget();
    this.state.set('off');
  }
}

const jitterMs = (most: number): number =>
  ((crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32) * most;

const cut = (detail: string) => ({
  type: 'about:blank',
  title: 'Not connected',
  status: 0,
  detail,
  code: 'offline' as const,
  fix: 'Wait for the connection to return; nothing is lost.',
});

/** A room that could not be joined because the line was cut is joined at the next handshake. */
function ignoreWhileCut(error: unknown): void {
  if (!(error instanceof ApiError)) throw error;
}
