// The vocabulary for declaring socket events once: the server's binder, both typed sides and the event docs derive from it.
import type { z } from 'zod';
import type { Role } from './identity/schemas';
import type { Problem } from './faults';

export interface ClientEvent {
  about: string;
  who: readonly Role[];
  payload: z.ZodType;
  /** A quick yes: what it accepts, the schema would answer unchanged. Without a yes the schema judges. */
  quickCheck?: (payload: unknown) => boolean;
  /** What the acknowledgement carries when it went well. */
  reply: z.ZodType;
  /** Events a second from one socket, as a token bucket with twice this burst. */
  perSecond: number;
  /** Taken also while the session must step up or is restricted. */
  whileStepUp?: true;
  /** Taken also from a connection that a collector token opened, which can send nothing else. */
  fromCollector?: true;
}

export interface ServerEvent {
  about: string;
  payload: z.ZodType;
  /** Rooms that it is sent to, e.g. `user:{user_id}`. */
  rooms: readonly string[];
  /** What makes it. */
  producer: string;
  /**
   * Kept for clients that are away for a while: a newer event with the same value at this path of the payload takes
   * the place of an older one; without a path, any newer one does. Its payload carries `event_id`.
   */
  keptBy?: readonly string[];
}

export const clientEvents = <const T extends Record<string, ClientEvent>>(table: T): T => table;
export const serverEvents = <const T extends Record<string, ServerEvent>>(table: T): T => table;

/** The acknowledgement of every client event. */
export type Ack<T> = { ok: true; value: T } | { ok: false; problem: Problem };
