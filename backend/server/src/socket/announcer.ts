// Says things to connected clients from any process: what is kept through its stream, the rest over the socket servers.
import { Emitter } from '@socket.io/redis-emitter';
import type { SessionId } from '@verity/protocol/ids';
import { KEPT_EVENTS, type AnnouncementMessage } from '@verity/protocol/realtime/messages';
import type { Bus } from '@verity/domain/bus/ports';
import { roomOfSession, type Announcer } from '@verity/domain/realtime/ports';
import type { VerityServer } from './server';
import type { ServerToClient } from '@verity/protocol/events';

/** Announces, and tells every server process that the rights of a session have changed. */
export interface Herald extends Announcer {
  rightsChanged: (session: SessionId) => void;
}

/** The channels of the socket servers in Redis. */
export const adapterKey = (prefix: string): string => `${prefix}socket.io`;

/** The part of a Redis client that is published through. */
export interface Publisher {
  publish(channel: string, message: string | Buffer): Promise<unknown>;
}

type Room = Parameters<VerityServer['to']>[0];
interface Speaker {
  to(rooms: Room): { emit(event: string, payload: unknown): unknown };
  in(rooms: Room): { disconnectSockets(close?: boolean): unknown };
  serverSideEmit(event: 'rights_changed', session: SessionId): unknown;
}

export interface Kept {
  bus: Pick<Bus, 'publish'>;
  /** Hears what Redis did not take. */
  lost: (error: unknown) => void;
}

const IS_KEPT: ReadonlySet<string> = new Set(KEPT_EVENTS);

function heraldOver(
  speaker: Speaker,
  { bus, lost }: Kept,
  here?: (session: SessionId) => void,
): Herald {
  return {
    announce(event, rooms, payload) {
      if (!IS_KEPT.has(event)) {
        speaker.to(rooms).emit(event, payload);
        return;
      }
      const said: AnnouncementMessage = { event, rooms, payload };
      bus.publish('stream:announcements', said).catch(lost);
    },
    disconnect: (session) => void speaker.in(roomOfSession(session)).disconnectSockets(true),
    rightsChanged(session) {
      // A server-side event reaches the other processes only.
      here?.(session);
      speaker.serverSideEmit('rights_changed', session);
    },
  };
}

/** In a process that has sockets of its own. */
export const heraldOfServer = (
  io: VerityServer,
  kept: Kept,
  here: (session: SessionId) => void,
): Herald => heraldOver(io, kept, here);

/** In a process without sockets. */
export function heraldOfEmitter(redis: Publisher, options: Kept & { prefix: string }): Herald {
  const emitter = new Emitter<ServerToClient>(surely(redis, options.lost), {
    key: adapterKey(options.prefix),
  });
  return heraldOver(emitter, options);
}

/**
 * The libraries never look at what their calls answer: a rejection would end the process. Announcements that Redis
 * does not take are reported and lost; a count of servers that it does not give is this one alone.
 */
export function surely<P extends Publisher>(redis: P, lost: (error: unknown) => void): P {
  const publish = (channel: string, message: string | Buffer): Promise<unknown> =>
    redis.publish(channel, message).catch(lost);
  const countServers = (
    command: string,
    args: string[],
    done: (error: null, reply: unknown) => void,
  ): void => {
    const commands = redis as unknown as {
      call(command: string, ...args: string[]): Promise<unknown>;
    };
    commands.call(command, ...args).then(
      (reply) => done(null, reply),
      (error: unknown) => {
        lost(error);
        done(null, [args[1], 1]);
      },
    );
  };
  return new Proxy(redis, {
    get(target, name) {
      if (name === 'publish') return publish;
      if (name === 'send_command') return countServers;
      const value = Reflect.get(target, name, target) as unknown;
      return typeof value === 'function'
        ? (value as (...args: unknown[]) => unknown).bind(target)
        : value;
    },
  });
}
