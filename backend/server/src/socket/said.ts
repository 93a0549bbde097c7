// What is said to sockets: an entry of a stream as an event, with its key and its rooms.
import type { Delivered } from '@verity/domain/bus/ports';
import {
  ROOM_ADMIN,
  roomOfSession,
  roomOfUser,
  roomOfWatchers,
} from '@verity/domain/realtime/ports';
import type { ServerEvent } from '@verity/protocol/event';
import { SERVER_EVENTS, type ServerEventPayload } from '@verity/protocol/events';
import { frameOf } from './frame';

export interface Said {
  /** Of the stream entry behind it. */
  id: string;
  /** A newer event of this key takes the place of this one. */
  key: string;
  frame: Buffer;
}

export function scoreSaid({ entryId, payload }: Delivered<'stream:risk'>): Said {
  const { cause: _cause, ...score } = payload;
  const frame = frameOf('risk_score_update', { ...score, event_id: entryId });
  return { id: entryId, key: payload.session_id, frame };
}

export const roomsOfScore = ({ payload }: Delivered<'stream:risk'>): string[] => [
  roomOfSession(payload.session_id),
  roomOfUser(payload.user_id),
  roomOfWatchers(payload.session_id),
  ROOM_ADMIN,
];

export function announcementSaid({
  entryId,
  payload: said,
}: Delivered<'stream:announcements'>): Said {
  const declared: ServerEvent = SERVER_EVENTS[said.event];
  const payload = { ...said.payload, event_id: entryId };
  const value = declared.keptBy?.reduce<unknown>(
    (at, name) => (at as Record<string, unknown> | undefined)?.[name],
    payload,
  );
  return {
    id: entryId,
    // What is said to others may be said in other words: it takes no place of theirs.
    key: [said.event, ...(declared.keptBy?.length ? [String(value)] : []), ...said.rooms].join(' '),
    // Its producer was held to the declaration by the types of the announcer.
    frame: frameOf(said.event, payload as unknown as ServerEventPayload<typeof said.event>),
  };
}
