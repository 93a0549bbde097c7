// Reckons how well the policy did.
import { z } from 'zod';
import { wholeDays } from '@verity/domain/kernel/days';
import { calculateEffectiveness } from '@verity/domain/policy/effectiveness';
import { defineTask, RETRY_SOME } from '../define-task';

export default defineTask({
  name: 'calculate_policy_effectiveness',
  queue: 'policy_queue',
  about:
    'Reckons true and false challenges, friction and time to stop over some days, by rule, version and day.',
  payload: z.strictObject({
    days: z.int().min(1).max(90).default(7).describe('Whole UTC days to look at, today among them'),
  }),
  retry: RETRY_SOME,
  timeoutSeconds: 600,
  handler: ({ days }, run, { policy }) =>
    calculateEffectiveness(wholeDays(run.at, days), policy, run.signal, run.progress),
});
