// Socket events of alerts.
import { z } from 'zod';
import { serverEvents } from '../event';
import { EventId } from '../ids';
import { Petition } from './petition-schemas';
import { Alert } from './schemas';

export const alertServerEvents = serverEvents({
  threat_alert: {
    about: 'An alert is new, was reported again, or was worked on.',
    payload: z.object({
      alert: Alert,
      change: z.enum(['new', 'repeated', 'updated']),
      event_id: EventId,
    }),
    rooms: ['alerts'],
    producer: 'the record stage and the alert routes',
    keptBy: ['alert', 'id'],
  },
  petition_update: {
    about: 'An appeal or a request for a temporary baseline was made, answered or withdrawn.',
    payload: z.object({ petition: Petition, event_id: EventId }),
    rooms: ['alerts', 'user:{user_id}'],
    producer: 'the petition routes',
    keptBy: ['petition', 'id'],
  },
});
