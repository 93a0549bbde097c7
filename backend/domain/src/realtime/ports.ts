// Telling connected clients something, from any process.
import type { ServerEventName } from '@verity/protocol/events';
import type { Said } from '@verity/protocol/realtime/messages';
import type { SessionId } from '@verity/protocol/ids';

export interface Announcer {
  /**
   * Sends to every socket in any of the rooms, on every server process. What is declared as kept is sent later to those
   * who are away for a while.
   */
  announce: <E extends ServerEventName>(event: E, rooms: string[], payload: Said<E>) => void;
  /** Closes every socket of a session, on every server process, after what was announced to it. */
  disconnect: (session: SessionId) => void;
}

export const roomOfUser = (id: string): string => `user:${id}`;
/** The sockets of a session itself: they are told that it has ended, and closed with it. */
export const roomOfSession = (id: string): string => `session:${id}`;
/** Sockets of other sessions that follow the score of this one. */
export const roomOfWatchers = (id: string): string => `risk:${id}`;
/** Every connected socket. */
export const ROOM_AUTHENTICATED = 'authenticated';
export const ROOM_ADMIN = 'admin';
