// The socket server of a process: handshake, rooms, events, fresh rights, and the way to every other process.
import type { Server as HttpServer } from 'node:http';
import { createAdapter } from '@socket.io/redis-adapter';
import { Server } from 'socket.io';
import type { ServerEventName, ServerEventPayload } from '@verity/protocol/events';
import { Fault } from '@verity/protocol/faults';
import type { AccessClaims } from '@verity/protocol/identity/schemas';
import type { SessionId } from '@verity/protocol/ids';
import { parse } from '@verity/protocol/parse';
import { Resume } from '@verity/protocol/realtime/handshake';
import { HEARTBEAT_MS } from '@verity/protocol/realtime/heartbeat';
import { TELEMETRY_LIMITS } from '@verity/protocol/telemetry/schemas';
import type { Bus } from '@verity/domain/bus/ports';
import type { SessionRights } from '@verity/domain/identity/ports';
import type { Tracer } from '@verity/domain/kernel/tracing-ports';
import { ROOM_AUTHENTICATED, roomOfSession, type Announcer } from '@verity/domain/realtime/ports';
import { adapterKey, heraldOfServer, surely, type Publisher } from './announcer';
import { bindEvents } from './bind';
import { startFanOut } from './fan-out';
import { lives, sessionEnded } from './gate';
import type { EventHandlers, SocketCall } from './handler';
import { admitToken, type CollectorDoor } from './admit-token';
import { checkOrigin } from './origin';
import { createRecheck } from './recheck';
import type { Log, SocketData, VerityServer, VeritySocket } from './server';
import {
  EventRate,
  shareOf,
  together,
  type SocketStatistics,
  type TelemetryCount,
} from './statistics';

/** A socket that has not answered a ping for so long is gone; a phone on a poor line may be away for nearly as long. */
const PONG_MS = 20_000;

/** A Redis client as the adapter needs it. */
export interface HubRedis extends Publisher {
  duplicate(options: Record<string, unknown>): HubRedis;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  disconnect(): void;
}

/** The connection that listens waits for Redis however long it is away, and may be silent for as long. */
const LISTENER = {
  keyPrefix: '',
  enableOfflineQueue: true,
  maxRetriesPerRequest: null,
  socketTimeout: undefined,
  autoResubscribe: true,
};

export interface HubOptions {
  httpServer: HttpServer;
  redis: HubRedis;
  /** Prefix of all that this installation keeps in Redis. */
  redisPrefix: string;
  /** Origins besides the own one whose pages may connect; `*` for any. */
  origins: string[];
  bus: Bus;
  /** Throws the fault that refuses the token; the same as at the HTTP door. */
  verifyAccess(token: string): Promise<AccessClaims>;
  /** Pages of applications and their collector tokens; without it there are none. */
  collectors?: CollectorDoor;
  /** Null when the session does not live. Throws `unavailable` when that cannot be known. */
  sessionRights: (id: SessionId) => Promise<SessionRights | null>;
  /** Least sequence number that the next batch of a session may have. */
  nextSeq(session: SessionId): Promise<number>;
  /** May a session with these rights, read just now, be in the room? */
  mayJoin(room: string, rights: SessionRights): Promise<boolean>;
  handlers: Partial<EventHandlers>[];
  telemetry: TelemetryCount;
  /** Left out where nothing is traced. */
  tracer?: Tracer | undefined;
  log: Log;
  /** Between two looks at the rights of every socket. */
  recheckMs?: number;
}

export interface LocalRooms {
  isFollowed(room: string): boolean;
  say<E extends ServerEventName>(event: E, room: string, payload: ServerEventPayload<E>): void;
}

export interface Hub {
  announcer: Announcer;
  /** Sockets of this process alone: for what each process finds out by itself. */
  here: LocalRooms;
  /** Has every process look again at the rights of a session. */
  rightsChanged(session: SessionId): void;
  /** Over all processes. */
  statistics: () => Promise<SocketStatistics>;
  /** Sockets of this process, and updates that wait for its slow readers. */
  gauge(): { connections: number; waiting: number; eventsPerSecond: number };
  /** Refuses new connections, closes those that are there. */
  close(): Promise<void>;
}

export function createHub(options: HubOptions): Hub {
  const { log } = options;
  const lost = (error: unknown): void =>
    log.warn({ err: error }, 'an announcement between servers was lost');
  const listener = options.redis.duplicate(LISTENER);
  // The connection for commands says aloud when Redis is away.
  listener.on('error', () => undefined);
  const io: VerityServer = new Server(options.httpServer, {
    path: '/socket.io',
    serveClient: false,
    transports: ['polling', 'websocket'],
    allowRequest: checkOrigin(options.origins, options.collectors?.knowsOrigin),
    ...(options.origins.length > 0 ? { cors: corsOf(options.origins) } : {}),
    maxHttpBufferSize: TELEMETRY_LIMITS.batchBytes,
    perMessageDeflate: false,
    httpCompression: false,
    connectTimeout: 10_000,
    pingInterval: HEARTBEAT_MS,
    pingTimeout: PONG_MS,
    adapter: createAdapter(surely(options.redis, lost), surely(listener, lost), {
      key: adapterKey(options.redisPrefix),
      requestsTimeout: 2_000,
    }),
  });
  const rate = new EventRate();
  const fanOut = startFanOut(io, options.bus, { sent: (count) => rate.count(count), log });
  const recheck = createRecheck(io, {
    sessionRights: options.sessionRights,
    log,
    everyMs: options.recheckMs ?? 10_000,
  });
  const herald = heraldOfServer(
    io,
    { bus: options.bus, lost },
    (session) => void recheck.session(session),
  );
  const bind = bindEvents(options.handlers, {
    tracer: options.tracer,
    handled: () => rate.count(1),
    broke: (event, err) => log.error({ event, err }, 'the handler of a socket event broke'),
    flooded: (socket) =>
      log.info({ session: socket.data.rights.id }, 'a flooding socket was closed'),
  });

  io.use((socket, next) => {
    fanOut
      .ready()
      .then(() => greet(socket, options))
      .then(
        () => next(),
        (error: unknown) => {
          if (!(error instanceof Fault)) log.error({ err: error }, 'a handshake broke');
          const fault =
            error instanceof Fault ? error : new Fault('internal', 'The handshake broke here.');
          next(Object.assign(new Error(fault.message), { data: fault.toProblem() }));
        },
      );
  });

  io.on('connection', (socket) => {
    const { rights, nextSeq, resume, collector } = socket.data;
    const everybody = collector ? [] : [ROOM_AUTHENTICATED];
    void socket.join([...everybody, roomOfSession(rights.id), ...(resume?.rooms ?? [])]);
    bind(socket, callOf(socket));
    socket.emit('connection_response', {
      session_id: rights.id,
      user_id: rights.userId,
      role: rights.role,
      now: Date.now(),
      next_seq: nextSeq,
      // Every socket has a room of its own, which nobody joined.
      rooms: [...socket.rooms].filter((room) => room !== socket.id),
    });
    fanOut.catchUp(socket, resume?.seen);
    delete socket.data.resume;
  });

  io.on('rights_changed', (session) => void recheck.session(session));
  io.on('statistics', (answer) => answer(shareOf(io, rate, options.telemetry)));

  return {
    announcer: {
      announce: herald.announce,
      disconnect: herald.disconnect,
    },
    here: {
      isFollowed: (room) => (io.of('/').adapter.rooms.get(room)?.size ?? 0) > 0,
      say(event, room, payload) {
        const local = io.local.to(room) as { emit(event: string, payload: unknown): unknown };
        local.emit(event, payload);
      },
    },
    rightsChanged: herald.rightsChanged,
    async statistics() {
      const others = await io.serverSideEmitWithAck('statistics').catch(partial);
      return together([shareOf(io, rate, options.telemetry), ...others]);
    },
    gauge: () => ({
      connections: io.of('/').sockets.size,
      waiting: fanOut.waiting(),
      eventsPerSecond: rate.perSecond(),
    }),
    async close() {
      recheck.stop();
      await fanOut.stop();
      // Clients come back to another server; the HTTP server closes in its own turn.
      io.local.disconnectSockets(true);
      await io.of('/').adapter.close();
      io.engine.close();
      listener.disconnect();
    },
  };
}

/** The handshake: who is it, and where do their batches go on. */
async function greet(socket: VeritySocket, options: HubOptions): Promise<void> {
  const { token, resume } = socket.handshake.auth as { token?: unknown; resume?: unknown };
  if (typeof token !== 'string' || token.length === 0 || token.length > 4096) {
    throw new Fault('not-signed-in', 'The handshake carries no access token.', {
      fix: 'Connect with auth: { token }.',
    });
  }
  const { claims, collector } = await admitToken(token, socket.handshake.headers, options);
  const [rights, nextSeq] = await Promise.all([
    options.sessionRights(claims.sid),
    options.nextSeq(claims.sid),
  ]);
  if (!rights || !lives(rights, Date.now())) throw sessionEnded(rights);
  if (rights.userId !== claims.sub) {
    throw new Fault('not-signed-in', 'The access token names the session of somebody else.');
  }
  const data: SocketData = { rights, tokenExpiresAt: claims.exp * 1000, nextSeq, collector };
  // A collector has no room but that of its session, and misses nothing there that it would need.
  if (resume !== undefined && !collector) {
    const { seen, rooms } = parse(Resume, resume, 'auth.resume');
    const allowed = await Promise.all(rooms.map((room) => options.mayJoin(room, rights)));
    data.resume = { seen, rooms: rooms.filter((_, index) => allowed[index]) };
  }
  Object.assign(socket.data, data);
}

function callOf(socket: VeritySocket): SocketCall {
  return {
    get rights() {
      return socket.data.rights;
    },
    get tokenExpiresAt() {
      return socket.data.tokenExpiresAt;
    },
    get collector() {
      return socket.data.collector;
    },
    join(room) {
      void socket.join(room);
      socket.emit('room_joined', { room });
    },
    send: (event, payload) =>
      void (socket as { emit(e: string, p: unknown): unknown }).emit(event, payload),
  };
}

const corsOf = (origins: string[]): { origin: string | string[]; credentials: boolean } => ({
  origin: origins.includes('*') ? '*' : origins,
  credentials: false,
});

/** Shares that came in time, when some server did not answer. */
function partial(error: unknown): Awaited<ReturnType<VerityServer['serverSideEmitWithAck']>> {
  const { responses } = error as { responses?: never };
  return responses ?? [];
}
