// Carries every new score to the sockets of this process that may see it, straight from the stream: no message between servers.
import type { Bus, Delivered, Subscription } from '@verity/domain/bus/ports';
import {
  ROOM_ADMIN,
  roomOfSession,
  roomOfUser,
  roomOfWatchers,
} from '@verity/domain/realtime/ports';
import { Outbox } from './outbox';
import type { VerityServer, VeritySocket } from './server';

export interface FanOut extends Subscription {
  /** Updates that wait for slow readers, over all sockets. */
  waiting(): number;
}

/** `sent` counts updates put on their way, one for each socket. */
export function startFanOut(io: VerityServer, bus: Bus, sent: (count: number) => void): FanOut {
  const namespace = io.of('/');
  const outboxes = new Map<string, Outbox>();
  const dirty = new Set<Outbox>();

  const outboxOf = (socket: VeritySocket): Outbox => {
    let outbox = outboxes.get(socket.id);
    if (!outbox) {
      outboxes.set(socket.id, (outbox = new Outbox(socket)));
      socket.once('disconnect', () => outboxes.delete(socket.id));
    }
    return outbox;
  };

  const deliver = ({ entryId, payload }: Delivered<'stream:risk'>): void => {
    const rooms = [
      roomOfSession(payload.session_id),
      roomOfUser(payload.user_id),
      roomOfWatchers(payload.session_id),
      ROOM_ADMIN,
    ].flatMap((room) => namespace.adapter.rooms.get(room) ?? []);
    if (rooms.length === 0) return;
    const { cause: _cause, ...score } = payload;
    const update = { ...score, event_id: entryId };
    // A socket in several of the rooms gets it once.
    for (const id of rooms.length === 1
      ? (rooms[0] ?? [])
      : new Set(rooms.flatMap((r) => [...r]))) {
      const socket = namespace.sockets.get(id);
      if (!socket?.connected) continue;
      const outbox = outboxOf(socket);
      outbox.put(update);
      dirty.add(outbox);
    }
  };

  const tail = bus.tail('stream:risk', 'now', (messages) => {
    for (const message of messages) deliver(message);
    sent(dirty.size);
    for (const outbox of dirty) outbox.flush();
    dirty.clear();
  });

  return {
    stop: () => tail.stop(),
    waiting: () => Array.from(outboxes.values()).reduce((sum, outbox) => sum + outbox.size, 0),
  };
}
