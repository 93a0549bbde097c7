// HTTP routes that answer "why me": what hit a person, on what evidence, and what would change it.
import { z } from 'zod';
import { Petition } from '../alerts/petition-schemas';
import { AlertKind, AlertStatus, Severity } from '../alerts/schemas';
import { AlertId, DecisionId, Instant, SessionId } from '../ids';
import { ROLES, Session } from '../identity/schemas';
import { PageQuery, page } from '../page';
import { Decision } from '../policy/schemas';
import { routes } from '../route';
import { Band, PastScore } from './schemas';

const self = { roles: ROLES } as const;

/** A decision on one of the own sessions. */
export const OwnDecision = Decision.extend({ id: DecisionId, device_label: z.string().nullable() });

/** What a person sees of an alert about them: the work of the admins on it stays theirs. */
export const OwnAlert = z.object({
  id: AlertId,
  kind: AlertKind,
  severity: Severity,
  title: z.string(),
  description: z.string(),
  status: AlertStatus,
  session_id: SessionId.nullable(),
  count: z.number().int(),
  created_at: Instant,
});

/** What would change a score, found by scoring again. */
export const WhatIf = z.object({
  kind: z.enum(['proof', 'behaviour', 'without']),
  action: z.string(),
  score: z.number(),
  band: Band,
});
export type WhatIf = z.infer<typeof WhatIf>;

export const WHY_KINDS = ['decision', 'alert', 'session'] as const;

export const Why = z.object({
  kind: z.enum(WHY_KINDS),
  /** What happened, in words for the person. */
  title: z.string(),
  /** Why, in words for the person. */
  reason: z.string(),
  at: Instant,
  session: Session.nullable(),
  decision: OwnDecision.nullable(),
  alert: OwnAlert.nullable(),
  /** The rule that decided, as its version of the policy says it. */
  rule: z
    .object({ name: z.string(), says: z.string(), policy_version: z.number().int() })
    .nullable(),
  /** The score of then; of now when nothing was kept of then. */
  risk: PastScore.nullable(),
  what_ifs: z.array(WhatIf),
  /** The person has said that its session was somebody else: there is nothing to appeal against then. */
  disowned: z.boolean(),
  /** The newest appeal against it. */
  appeal: Petition.nullable(),
  may: z.object({
    appeal: z.boolean(),
    prove: z.boolean(),
    say_me: z.boolean(),
    say_not_me: z.boolean(),
  }),
});
export type Why = z.infer<typeof Why>;

export const whyRoutes = routes({
  'GET /api/v1/me/risk/what-if': {
    summary: 'What would change the score of the own session now, found by scoring again',
    subject: 'risk',
    who: self,
    sensitivity: 'low',
    whileStepUp: true,
    reply: z.object({ risk_score: z.number().nullable(), what_ifs: z.array(WhatIf) }),
  },
  'GET /api/v1/me/decisions': {
    summary: 'Decisions that took rights from one of the own sessions, newest first',
    subject: 'policy',
    who: self,
    sensitivity: 'low',
    whileStepUp: true,
    query: z.strictObject({ ...PageQuery, session_id: SessionId.optional() }),
    reply: page(OwnDecision),
  },
  'GET /api/v1/me/alerts': {
    summary: 'Alerts about the own account, newest first',
    subject: 'alerts',
    who: self,
    sensitivity: 'low',
    whileStepUp: true,
    query: z.strictObject(PageQuery),
    reply: page(OwnAlert),
  },
  'GET /api/v1/me/why/:kind/:id': {
    summary: 'Why something happened: a decision, an alert about the own account, an own session',
    subject: 'risk',
    who: self,
    sensitivity: 'low',
    whileStepUp: true,
    params: z.strictObject({ kind: z.enum(WHY_KINDS), id: z.uuid() }),
    reply: Why,
  },
});
