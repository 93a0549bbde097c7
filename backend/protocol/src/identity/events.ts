// Socket events of identity.
import { z } from 'zod';
import { serverEvents } from '../event';
import { EventId, Instant, SessionId } from '../ids';
import { Notification } from './schemas';

export const identityServerEvents = serverEvents({
  session_terminated: {
    about:
      'The session has ended; the socket is closed next. Who was away then is told so by the handshake (`session-ended`).',
    payload: z.object({ session_id: SessionId, reason: z.string(), at: Instant }),
    rooms: ['session:{session_id}'],
    producer: 'enforcement, the session routes, sign-out',
  },
  notification: {
    about: 'Something that its receiver should know.',
    payload: Notification.extend({ event_id: EventId }),
    rooms: ['user:{user_id}'],
    producer: 'enforcement and the identity routes',
    keptBy: ['id'],
  },
});
