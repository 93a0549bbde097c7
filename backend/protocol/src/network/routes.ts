// HTTP routes of networks.
import { z } from 'zod';
import { routes } from '../route';
import { FacilityId, NetworkContext, NetworkWindow } from './schemas';

export const networkRoutes = routes({
  'POST /api/v1/network/windows': {
    summary: 'Windows of traffic that a sensor measured at a facility',
    subject: 'network',
    who: { roles: ['admin'], scopes: ['network:write'] },
    sensitivity: 'high',
    perMinute: 600,
    body: z.strictObject({ windows: z.array(NetworkWindow).min(1).max(100) }),
    faults: ['from-the-future', 'too-late', 'back-pressure', 'unavailable'],
    reply: z.object({ accepted: z.number().int() }),
  },
  'GET /api/v1/network/:facility': {
    summary: 'What was measured at a facility in the last 60 seconds',
    subject: 'network',
    who: { roles: ['admin'], scopes: ['network:read'] },
    sensitivity: 'medium',
    params: z.strictObject({ facility: FacilityId }),
    reply: NetworkContext,
  },
});
