// HTTP routes of the terms on which a person's behaviour is learnt: temporary baseline, household, erasure by an admin.
import { z } from 'zod';
import { Receipt } from '../identity/privacy-routes';
import { Instant, UserId } from '../ids';
import { ROLES } from '../identity/schemas';
import { routes } from '../route';

const admin = { roles: ['admin'] } as const;
const params = z.strictObject({ id: UserId });
const reason = z.string().trim().min(3).max(500);

export const LearningTerms = z.object({
  /** Behaviour before this was erased; null when it never was. */
  erased_at: Instant.nullable(),
  temporary: z
    .object({ from: Instant, until: Instant, keystroke_windows: z.number().int() })
    .nullable(),
  /** Two people share the account: behaviour is compared with the better of two models. */
  household: z.boolean(),
  /** What the terms weaken, in words; empty when nothing. */
  weakens: z.array(z.string()),
});
export type LearningTerms = z.infer<typeof LearningTerms>;

export const learningRoutes = routes({
  'DELETE /api/v1/me/baseline': {
    summary: 'End the own temporary baseline before its time: the standing model returns',
    subject: 'risk',
    who: { roles: ROLES },
    sensitivity: 'medium',
    faults: ['conflict'],
    reply: LearningTerms,
  },
  'GET /api/v1/users/:id/learning': {
    summary: 'On what terms the behaviour of a person is learnt, and what that weakens',
    subject: 'risk',
    who: admin,
    sensitivity: 'medium',
    params,
    reply: LearningTerms,
  },
  'POST /api/v1/users/:id/baseline/end': {
    summary: 'End the temporary baseline of a person before its time',
    subject: 'risk',
    who: admin,
    sensitivity: 'high',
    params,
    body: z.strictObject({ reason }),
    faults: ['conflict'],
    reply: LearningTerms,
  },
  'PUT /api/v1/users/:id/household': {
    summary: 'Say whether two people legitimately share an account',
    subject: 'risk',
    who: admin,
    sensitivity: 'high',
    params,
    body: z.strictObject({ on: z.boolean(), reason }),
    reply: LearningTerms,
  },
  'POST /api/v1/users/:id/erasure': {
    summary: 'Erase the behavioural data of a person at their request',
    subject: 'risk',
    who: admin,
    sensitivity: 'high',
    perMinute: 10,
    params,
    body: z.strictObject({ scores: z.boolean(), reason }),
    reply: Receipt,
  },
});
