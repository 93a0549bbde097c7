// What stream:announcements carries: socket events that a client may not miss, on their way to every server process.
import { z } from 'zod';
import { SERVER_EVENTS, type ServerEventName, type ServerEventPayload } from '../events';
import type { ServerEvent } from '../event';

/** Names of the events that are kept. Risk updates lie in a stream of their own. */
export const KEPT_EVENTS = Object.entries<ServerEvent>(SERVER_EVENTS)
  .filter(([name, { keptBy }]) => keptBy && name !== 'risk_score_update')
  .map(([name]) => name) as ServerEventName[];

/** What its producer says: the id is that of its entry in the stream. */
export type Said<E extends ServerEventName> = Omit<ServerEventPayload<E>, 'event_id'>;

export const AnnouncementMessage = z.object({
  event: z.enum(KEPT_EVENTS),
  rooms: z.array(z.string().max(200)).min(1).max(20),
  payload: z.record(z.string(), z.unknown()),
});
export type AnnouncementMessage = z.infer<typeof AnnouncementMessage>;
