// Says things to connected clients from any process: over the socket server where there is one, over Redis elsewhere.
import { Emitter } from '@socket.io/redis-emitter';
import type { SessionId } from '@verity/protocol/ids';
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

function heraldOver(speaker: Speaker, here?: (session: SessionId) => void): Herald {
  return {
    announce: (event, rooms, payload) => void speaker.to(rooms).emit(event, payload),
    disconnect: (session) => void speaker.in(roomOfSession(session)).disconnectSockets(true),
    rightsChanged(session) {
      // A server-side event reaches the other processes only.
      here?.(session);
      speaker.serverSideEmit('rights_changed', session);
    },
  };
}

/** In a process that has sockets of its own. */
export const heraldOfServer = (io: VerityServer, here: (session: SessionId) => void): Herald =>
  heraldOver(io, here);

/** In a process without sockets. `lost` hears what Redis did not take. */
export function heraldOfEmitter(
  redis: Publisher,
  options: { prefix: string; lost: (error: unknown) => void },
): Herald {
  const emitter = new Emitter<ServerToClient>(surely(redis, options.lost), {
    key: adapterKey(options.prefix),
  });
  return heraldOver(emitter);
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
