// Socket events of policy.
import { z } from 'zod';
import { serverEvents } from '../event';
import { Instant } from '../ids';

export const policyServerEvents = serverEvents({
  policy_update: {
    about: 'Another version of the policy is in force.',
    payload: z.object({
      version: z.number().int(),
      author: z.string(),
      reason: z.string(),
      at: Instant,
    }),
    rooms: ['authenticated'],
    producer: 'PUT /api/v1/policies and POST /api/v1/policies/restore',
  },
});
