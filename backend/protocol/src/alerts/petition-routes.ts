// HTTP routes of petitions: a person makes and follows them, admins answer.
import { z } from 'zod';
import { AlertId, DecisionId, PetitionId, SessionId, UserId } from '../ids';
import { ROLES } from '../identity/schemas';
import { PageQuery, page } from '../page';
import { routes } from '../route';
import {
  Petition,
  PetitionKind,
  PetitionOutcome,
  PetitionStatus,
  PetitionText,
} from './petition-schemas';

const self = { roles: ROLES } as const;
const admin = { roles: ['admin'] } as const;
const params = z.strictObject({ id: PetitionId });

export const petitionRoutes = routes({
  'POST /api/v1/me/appeals': {
    summary:
      'Appeal against a decision, an alert, or what was done to one of the own sessions, in words',
    subject: 'alerts',
    who: self,
    sensitivity: 'low',
    whileStepUp: true,
    perMinute: 5,
    body: z
      .strictObject({
        decision_id: DecisionId.optional(),
        alert_id: AlertId.optional(),
        session_id: SessionId.optional(),
        text: PetitionText,
      })
      .refine(
        (body) =>
          [body.decision_id, body.alert_id, body.session_id].filter((id) => id !== undefined)
            .length === 1,
        'needs exactly one of decision_id, alert_id and session_id',
      ),
    faults: ['not-found', 'conflict', 'too-fast'],
    reply: Petition,
  },
  'POST /api/v1/me/baseline': {
    summary: 'Ask for a temporary baseline (an injured hand, a new keyboard); needs fresh proof',
    subject: 'alerts',
    who: self,
    sensitivity: 'medium',
    perMinute: 5,
    body: z.strictObject({ text: PetitionText, days: z.number().int().min(1).max(30) }),
    faults: ['conflict', 'step-up-required', 'too-fast'],
    reply: Petition,
  },
  'GET /api/v1/me/petitions': {
    summary: 'The own appeals and requests with their answers, newest first',
    subject: 'alerts',
    who: self,
    sensitivity: 'low',
    whileStepUp: true,
    query: z.strictObject(PageQuery),
    reply: page(Petition),
  },
  'DELETE /api/v1/me/petitions/:id': {
    summary: 'Withdraw an appeal or request that is not answered yet',
    subject: 'alerts',
    who: self,
    sensitivity: 'low',
    whileStepUp: true,
    params,
    faults: ['conflict'],
    reply: Petition,
  },
  'GET /api/v1/petitions': {
    summary: 'Appeals and requests for a temporary baseline, newest first, by filter',
    subject: 'alerts',
    who: admin,
    sensitivity: 'medium',
    query: z.strictObject({
      ...PageQuery,
      status: PetitionStatus.optional(),
      kind: PetitionKind.optional(),
      user_id: UserId.optional(),
      q: z.string().max(100).optional(),
    }),
    reply: page(Petition),
  },
  'GET /api/v1/petitions/:id': {
    summary: 'One appeal or request, with the evidence of then',
    subject: 'alerts',
    who: admin,
    sensitivity: 'medium',
    params,
    reply: Petition,
  },
  'POST /api/v1/petitions/:id/answer': {
    summary: 'Answer: an appeal is upheld or overturned, a baseline approved or refused',
    subject: 'alerts',
    who: admin,
    sensitivity: 'high',
    params,
    body: z.strictObject({
      outcome: PetitionOutcome,
      /** Told to the person. */
      reason: z.string().trim().min(3).max(1000),
    }),
    faults: ['conflict', 'not-allowed'],
    reply: Petition,
  },
});
