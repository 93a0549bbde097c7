// What a client brings to the handshake: its token and, when it comes back, where it was and what it saw last.
import { z } from 'zod';
import { EventId } from '../ids';

/** The last event that was seen of each sequence of ids: that of `risk_score_update`, and that of all others. */
export const Seen = z.object({
  risk: EventId.optional(),
  announcements: EventId.optional(),
});
export type Seen = z.infer<typeof Seen>;

/** Rooms that a socket may ask back at once. */
export const MOST_ROOMS = 50;

export const Resume = z.strictObject({
  seen: Seen.strict(),
  /** As `room_joined` named them; those that may not be joined any more are left out. */
  rooms: z.array(z.string().max(100)).max(MOST_ROOMS),
});
export type Resume = z.infer<typeof Resume>;
