// Socket events of policy.
import { z } from 'zod';
import { serverEvents } from '../event';
import { EventId, Instant } from '../ids';

export const policyServerEvents = serverEvents({
  policy_update: {
    about: 'Another version of the policy is in force or on trial, or a trial has ended.',
    payload: z.object({
      version: z.number().int(),
      change: z.enum(['in_force', 'trial_began', 'trial_ended']),
      author: z.string(),
      reason: z.string(),
      at: Instant,
      event_id: EventId,
    }),
    rooms: ['authenticated'],
    producer: 'PUT /api/v1/policies, POST /api/v1/policies/restore and /trial/end',
    keptBy: ['change'],
  },
});
