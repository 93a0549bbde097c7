// HTTP routes of outcomes: how well the policy does, and what became of each enforcement.
import { z } from 'zod';
import { PageQuery, page } from '../page';
import { routes } from '../route';
import { Effectiveness, Outcome, OutcomeKind, PolicyOutcome, Said } from './outcomes';

const reader = { roles: ['admin', 'auditor'] } as const;
/** Whole days back from now; today counts as one. */
const days = z.coerce.number().int().min(1).max(90).default(7);

export const outcomeRoutes = routes({
  'GET /api/v1/policies/effectiveness': {
    summary: 'How well the policy does: true and false challenges, friction, time to stop',
    subject: 'policy',
    who: reader,
    sensitivity: 'medium',
    query: z.strictObject({ days }),
    reply: Effectiveness,
  },
  'GET /api/v1/policies/effectiveness/export': {
    summary: 'The same as CSV: a line for the whole, each rule, version and day',
    subject: 'policy',
    who: reader,
    sensitivity: 'medium',
    query: z.strictObject({ days }),
    reply: 'text/csv; charset=utf-8',
  },
  'GET /api/v1/policies/outcomes': {
    summary: 'What became of each challenge and termination, newest first',
    subject: 'policy',
    who: reader,
    sensitivity: 'medium',
    query: z.strictObject({
      ...PageQuery,
      days,
      rule_id: z.string().max(60).optional(),
      policy_version: z.coerce.number().int().min(1).optional(),
      kind: OutcomeKind.optional(),
      outcome: Outcome.optional(),
      said: Said.optional(),
    }),
    reply: page(PolicyOutcome),
  },
});
