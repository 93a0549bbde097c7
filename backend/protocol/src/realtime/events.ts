// Socket events of the connection itself: greeting, rooms, ping.
import { z } from 'zod';
import { clientEvents, serverEvents } from '../event';
import { EventId, Instant, SessionId, UserId } from '../ids';
import { ROLES, Role } from '../identity/schemas';
import { Seen } from './handshake';

/** Channels that an admin's socket may follow. */
export const CHANNELS = ['alerts', 'system', 'jobs'] as const;

const joined = z.object({ room: z.string() });

export const realtimeClientEvents = clientEvents({
  join_user_room: {
    about: 'Join the room of the own account. The server knows whose it is; nothing is claimed.',
    who: ROLES,
    payload: z.strictObject({}),
    reply: joined,
    perSecond: 2,
    whileStepUp: true,
  },
  join_admin_room: {
    about: 'Join the admins’ room, or one of its channels.',
    who: ['admin'],
    payload: z.strictObject({ channel: z.enum(CHANNELS).optional() }),
    reply: joined,
    perSecond: 2,
  },
  ping: {
    about: 'Is the connection alive? Answers by `pong` and by the acknowledgement.',
    who: ROLES,
    payload: z.strictObject({}),
    reply: z.object({ now: z.number().int() }),
    perSecond: 2,
    whileStepUp: true,
    fromCollector: true,
  },
});

export const realtimeServerEvents = serverEvents({
  connection_response: {
    about: 'The handshake is accepted. `now` lets the client correct its clock.',
    payload: z.object({
      session_id: SessionId,
      user_id: UserId,
      role: Role,
      /** Server time, epoch milliseconds. */
      now: z.number().int(),
      /** Sequence number that the next batch of this session must have at least. */
      next_seq: z.number().int(),
      /** Rooms that the socket is in, with those that it had asked back. */
      rooms: z.array(z.string()),
    }),
    rooms: ['the socket itself'],
    producer: 'the handshake',
  },
  room_joined: {
    about: 'A request to join was granted.',
    payload: joined,
    rooms: ['the socket itself'],
    producer: 'join_user_room, join_admin_room, subscribe_risk_score',
  },
  admin_notification: {
    about: 'Something that every admin should know.',
    payload: z.object({
      kind: z.enum(['session', 'system', 'policy']),
      title: z.string(),
      body: z.string(),
      link: z.string().nullable(),
      at: Instant,
      event_id: EventId,
    }),
    rooms: ['admin'],
    producer: 'enforcement (a session was challenged, restricted or ended), health watch',
    keptBy: ['event_id'],
  },
  caught_up: {
    about:
      'Everything up to `seen` has been sent. Without `complete` some of it is kept no longer: read the lists again.',
    payload: z.object({ seen: Seen, complete: z.boolean() }),
    rooms: ['the socket itself'],
    producer: 'the handshake; a socket that could not take all that was kept for it',
  },
  pong: {
    about: 'The answer to `ping`.',
    payload: z.object({ now: z.number().int() }),
    rooms: ['the socket itself'],
    producer: 'ping',
  },
});
