// Looks again at the rights behind open sockets: what ended is closed, what changed is known, whoever lost a room leaves it.
import type { SessionId } from '@verity/protocol/ids';
import { Fault } from '@verity/protocol/faults';
import type { SessionRights } from '@verity/domain/identity/ports';
import { ROOM_ADMIN, roomOfSession, roomOfWatchers } from '@verity/domain/realtime/ports';
import { CHANNELS } from '@verity/protocol/realtime/events';
import { lives, sessionEnded } from './gate';
import type { Log, VerityServer, VeritySocket } from './server';

/** Packets that a connection may leave unread before it is given up; risk updates are not among them. */
const UNREAD_LIMIT = 2_000;
/** Rights read from Redis in one go. */
const BATCH = 500;

const ADMIN_ROOMS: ReadonlySet<string> = new Set([ROOM_ADMIN, ...CHANNELS]);

export interface Recheck {
  session(id: SessionId): Promise<void>;
  stop(): void;
}

export function createRecheck(
  io: VerityServer,
  options: {
    /** Null when the session does not live. Throws `unavailable` when that cannot be known. */
    sessionRights(id: SessionId): Promise<SessionRights | null>;
    log: Log;
    everyMs: number;
  },
): Recheck {
  const namespace = io.of('/');

  const apply = (id: SessionId, rights: SessionRights | null): void => {
    for (const socketId of namespace.adapter.rooms.get(roomOfSession(id)) ?? []) {
      const socket = namespace.sockets.get(socketId);
      if (socket) applyTo(socket, rights, Date.now());
    }
  };

  const read = async (ids: SessionId[]): Promise<void> => {
    try {
      const found = await Promise.all(ids.map((id) => options.sessionRights(id)));
      ids.forEach((id, index) => apply(id, found[index] ?? null));
    } catch (error) {
      // Sockets stay while Redis is away: nothing can pass them, since every handler needs it too.
      if (!(error instanceof Fault)) throw error;
      options.log.warn({ err: error }, 'the rights of sockets could not be read again');
    }
  };

  const all = async (): Promise<void> => {
    closeUnread(io);
    const ids = [...new Set(Array.from(namespace.sockets.values(), (s) => s.data.rights.id))];
    for (let from = 0; from < ids.length; from += BATCH) await read(ids.slice(from, from + BATCH));
  };

  let stopped = false;
  let timer = setTimeout(function again() {
    void all().finally(() => {
      if (!stopped) timer = setTimeout(again, options.everyMs);
    });
  }, options.everyMs);

  return {
    session: (id) =>
      namespace.adapter.rooms.has(roomOfSession(id)) ? read([id]) : Promise.resolve(),
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

function applyTo(socket: VeritySocket, rights: SessionRights | null, nowMs: number): void {
  if (!rights || !lives(rights, nowMs)) {
    socket.emit('session_terminated', {
      session_id: socket.data.rights.id,
      reason: sessionEnded(rights).message,
      at: new Date(nowMs).toISOString(),
    });
    socket.disconnect(true);
    return;
  }
  const wasAdmin = socket.data.rights.role === 'admin';
  socket.data.rights = rights;
  // The client refreshes its token and comes back; a stale one is told so at the handshake.
  if (socket.data.tokenExpiresAt <= nowMs) {
    socket.disconnect(true);
    return;
  }
  if (wasAdmin && !(rights.role === 'admin' && rights.state === 'active')) {
    for (const room of socket.rooms) {
      if (ADMIN_ROOMS.has(room) || room.startsWith(roomOfWatchers(''))) void socket.leave(room);
    }
  }
}

/** A connection that takes nothing in is cut: its client comes back and reads what is so by then. */
function closeUnread(io: VerityServer): void {
  for (const socket of io.of('/').sockets.values()) {
    const { conn } = socket;
    const unread = (conn as unknown as { writeBuffer: unknown[] }).writeBuffer.length;
    if (unread <= UNREAD_LIMIT) continue;
    socket.disconnect();
    conn.close(true);
  }
}
