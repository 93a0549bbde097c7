// HTTP routes of risk.
import { z } from 'zod';
import { routes } from '../route';
import { SessionId } from '../ids';
import { ROLES } from '../identity/schemas';
import { ContextScore, ModelStatus, RiskPoint, RiskScore, SessionBehaviour } from './schemas';

const series = z.object({
  current: RiskScore.nullable(),
  points: z.array(RiskPoint),
});

export const riskRoutes = routes({
  'GET /api/v1/me/risk': {
    summary:
      'The own session: its score with every contribution, and how it moved in the last hour',
    subject: 'risk',
    who: { roles: ROLES },
    sensitivity: 'low',
    whileStepUp: true,
    reply: series,
  },
  'GET /api/v1/me/model': {
    summary: 'How far the model of the own behaviour has learnt',
    subject: 'risk',
    who: { roles: ROLES },
    sensitivity: 'low',
    whileStepUp: true,
    reply: ModelStatus,
  },
  'GET /api/v1/me/behaviour': {
    summary: 'What the behaviour of the own session was like on the whole, as numbers only',
    subject: 'risk',
    who: { roles: ROLES },
    sensitivity: 'low',
    whileStepUp: true,
    reply: SessionBehaviour,
  },
  'GET /api/v1/sessions/:id/behaviour': {
    summary: 'What the behaviour of any session was like on the whole',
    subject: 'risk',
    who: { roles: ['admin'] },
    sensitivity: 'medium',
    params: z.strictObject({ id: SessionId }),
    faults: ['not-found'],
    reply: SessionBehaviour,
  },
  'GET /api/v1/requests/:id': {
    summary: 'One request of the last five minutes in its context, by the id in its X-Request-Id',
    subject: 'risk',
    who: { roles: ROLES, scopes: ['risk:read'] },
    sensitivity: 'low',
    whileStepUp: true,
    params: z.strictObject({ id: z.uuid() }),
    faults: ['not-found'],
    reply: ContextScore,
  },
  'GET /api/v1/sessions/:id/risk': {
    summary: 'The score of any session with its contributions and its course',
    subject: 'risk',
    who: { roles: ['admin'], scopes: ['risk:read'] },
    sensitivity: 'medium',
    params: z.strictObject({ id: SessionId }),
    query: z.strictObject({ minutes: z.coerce.number().int().min(1).max(1440).default(60) }),
    reply: series,
  },
});
