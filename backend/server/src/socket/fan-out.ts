// Carries scores and announcements from their streams to the sockets of this process: no message between servers.
import type { Bus, Delivered, Subscription } from '@verity/domain/bus/ports';
import { ROOM_ADMIN } from '@verity/domain/realtime/ports';
import { Fault } from '@verity/protocol/faults';
import type { Seen } from '@verity/protocol/realtime/handshake';
import { isAfter } from './event-id';
import { frameOf } from './frame';
import { Outbox } from './outbox';
import { Recall } from './recall';
import { announcementSaid, roomsOfScore, scoreSaid, type Said } from './said';
import type { Log, VerityServer, VeritySocket } from './server';
import { isFree, write } from './wire';

/** The admins' room gets what came meanwhile so often: 30 times a second. */
const FRAME_MS = 33;
/** How far back a client can be caught up. */
const SCORES = { entries: 20_000, ageMs: 2 * 60_000 };
const ANNOUNCEMENTS = { entries: 10_000, ageMs: 60 * 60_000 };
const READY_MS = 5_000;
/** A client that claims to have seen more than this ahead of us has ids of another Redis. */
const AHEAD_MS = 60_000;

export interface FanOut extends Subscription {
  /** Resolves when what was said lately is known. Throws `unavailable` when it cannot be read. */
  ready(): Promise<void>;
  /** A socket that was put into its rooms: sends what it missed since `seen`, if it says so, then `caught_up`. */
  catchUp(socket: VeritySocket, seen: Seen | undefined): void;
  /** Events that wait for slow readers, over all sockets. */
  waiting(): number;
}

/** `sent` counts events put on their way, one for each socket. */
export function startFanOut(
  io: VerityServer,
  bus: Bus,
  { sent, log }: { sent: (count: number) => void; log: Log },
): FanOut {
  const namespace = io.of('/');
  const outboxes = new Map<string, Outbox>();
  /** Outboxes whose connection could not take everything. */
  const slow = new Set<Outbox>();
  /** Scores for the admins' room until its next frame. */
  const forAdmins = new Map<string, Said>();
  let scores = new Recall(SCORES);
  let announcements = new Recall(ANNOUNCEMENTS);
  let frames: NodeJS.Timeout | undefined;

  const inRoom = (room: string): ReadonlySet<string> => namespace.adapter.rooms.get(room) ?? NOBODY;

  const outboxOf = (id: string): Outbox | undefined => {
    const known = outboxes.get(id);
    if (known) return known;
    const socket = namespace.sockets.get(id);
    if (!socket?.connected) return undefined;
    const outbox = new Outbox(socket);
    outboxes.set(id, outbox);
    socket.once('disconnect', () => outboxes.delete(id));
    return outbox;
  };

  const missed = (upTo: string): Buffer =>
    frameOf('caught_up', { seen: { announcements: upTo }, complete: false });

  const flush = (outbox: Outbox): void => {
    if (outbox.flush(missed)) slow.delete(outbox);
    else slow.add(outbox);
    if (slow.size > 0) pace();
  };

  /** A timer while there is something to pace: slow readers, and the admins' room. */
  const pace = (): void => {
    frames ??= setInterval(() => {
      for (const outbox of slow) flush(outbox);
      if (forAdmins.size > 0) sendToAdmins();
      else if (slow.size === 0) {
        clearInterval(frames);
        frames = undefined;
      }
    }, FRAME_MS);
  };

  const sendToAdmins = (): void => {
    const burst = [...forAdmins.values()];
    forAdmins.clear();
    const room = inRoom(ROOM_ADMIN);
    if (room.size === 0) return;
    const buffers = burst.map(({ frame }) => frame);
    const joined = Buffer.concat(buffers);
    for (const id of room) {
      const outbox = outboxOf(id);
      if (!outbox) continue;
      if (outbox.isIdle && isFree(outbox.socket)) {
        write(outbox.socket, buffers, joined);
        continue;
      }
      for (const said of burst) outbox.putScore(said);
      flush(outbox);
    }
    sent(burst.length * room.size);
  };

  const hearScores = (messages: Delivered<'stream:risk'>[]): void => {
    const due = new Set<Outbox>();
    const admins = inRoom(ROOM_ADMIN);
    for (const message of messages) {
      const said = scoreSaid(message);
      const rooms = roomsOfScore(message);
      scores.put(said, rooms);
      if (admins.size > 0) {
        // In the order of their ids, so that the last one sent is a mark to come back with.
        forAdmins.delete(said.key);
        forAdmins.set(said.key, said);
      }
      for (const room of rooms) {
        if (room === ROOM_ADMIN) continue;
        for (const id of inRoom(room)) {
          // An admin's socket gets every score in its frames.
          const outbox = admins.has(id) ? undefined : outboxOf(id);
          if (!outbox) continue;
          outbox.putScore(said);
          due.add(outbox);
        }
      }
    }
    sent(due.size);
    for (const outbox of due) flush(outbox);
    // After a pause at once; then paced.
    if (forAdmins.size > 0 && !frames) {
      sendToAdmins();
      pace();
    }
  };

  const hearAnnouncements = (messages: Delivered<'stream:announcements'>[]): void => {
    const due = new Set<Outbox>();
    for (const message of messages) {
      const said = announcementSaid(message);
      announcements.put(said, message.payload.rooms);
      // A socket in several of the rooms gets it once.
      const ids = new Set(message.payload.rooms.flatMap((room) => [...inRoom(room)]));
      for (const id of ids) {
        const outbox = outboxOf(id);
        if (!outbox) continue;
        outbox.putKept(said);
        due.add(outbox);
      }
      sent(ids.size);
    }
    for (const outbox of due) flush(outbox);
  };

  const follow = async (): Promise<Subscription[]> => {
    const [risk, said] = await Promise.all([
      bus.recent('stream:risk', { agoMs: SCORES.ageMs, limit: SCORES.entries }),
      bus.recent('stream:announcements', {
        agoMs: ANNOUNCEMENTS.ageMs,
        limit: ANNOUNCEMENTS.entries,
      }),
    ]);
    scores = new Recall(SCORES, risk.before);
    announcements = new Recall(ANNOUNCEMENTS, said.before);
    for (const message of risk.messages) scores.put(scoreSaid(message), roomsOfScore(message));
    for (const message of said.messages) {
      announcements.put(announcementSaid(message), message.payload.rooms);
    }
    return [
      bus.tail('stream:risk', scores.position, hearScores),
      bus.tail('stream:announcements', announcements.position, hearAnnouncements),
    ];
  };

  const stopping = new AbortController();
  const following = (async (): Promise<Subscription[]> => {
    for (;;) {
      try {
        return await follow();
      } catch (err) {
        if (stopping.signal.aborted) return [];
        log.warn({ err }, 'what was said lately could not be read yet');
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    }
  })();

  return {
    ready: () => within(following, READY_MS),

    catchUp(socket, seen) {
      const at = { risk: scores.position, announcements: announcements.position };
      const outbox = outboxOf(socket.id);
      if (!outbox) return;
      const known = {
        risk: plausible(seen?.risk, at.risk),
        announcements: plausible(seen?.announcements, at.announcements),
      };
      const risk = scores.since(known.risk ?? at.risk, socket.rooms);
      const others = announcements.since(known.announcements ?? at.announcements, socket.rooms);
      for (const said of others.said) outbox.putKept(said);
      for (const said of risk.said) outbox.putScore(said);
      const complete =
        risk.complete &&
        others.complete &&
        (!seen || (known.risk !== undefined && known.announcements !== undefined));
      outbox.caughtUp(frameOf('caught_up', { seen: at, complete }), {
        risk: later(known.risk, at.risk),
        announcements: later(known.announcements, at.announcements),
      });
      flush(outbox);
    },

    waiting: () => Array.from(outboxes.values()).reduce((sum, outbox) => sum + outbox.size, 0),

    async stop() {
      stopping.abort();
      await Promise.all((await following).map((tail) => tail.stop()));
      if (forAdmins.size > 0) sendToAdmins();
      clearInterval(frames);
    },
  };
}

const NOBODY: ReadonlySet<string> = new Set();

const later = (a: string | undefined, b: string): string => (a && isAfter(a, b) ? a : b);

/** A mark that can be ours. One far ahead of everything that was said is none. */
const plausible = (mark: string | undefined, at: string): string | undefined =>
  mark && Number.parseInt(mark, 10) > Math.max(Number.parseInt(at, 10), Date.now()) + AHEAD_MS
    ? undefined
    : mark;

function within(following: Promise<unknown>, ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(
        new Fault('unavailable', 'What was said lately cannot be read from Redis.', {
          fix: 'Connect again.',
          retryAfterSeconds: 1,
        }),
      );
    }, ms);
    following.then(() => {
      clearTimeout(timer);
      resolve();
    }, reject);
  });
}
