// HTTP routes of attacks.
import { z } from 'zod';
import { routes } from '../route';
import { AttackEvent } from './schemas';

export const attackRoutes = routes({
  'POST /api/v1/attacks': {
    summary: 'What sensors saw of attackers; it counts against sessions from there',
    subject: 'attack',
    who: { roles: ['admin'], scopes: ['attacks:write'] },
    sensitivity: 'high',
    perMinute: 600,
    body: z.strictObject({ events: z.array(AttackEvent).min(1).max(100) }),
    faults: ['from-the-future', 'too-late', 'back-pressure', 'unavailable'],
    reply: z.object({ accepted: z.number().int() }),
  },
});
