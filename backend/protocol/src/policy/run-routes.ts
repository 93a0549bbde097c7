// HTTP routes of runs over recorded sessions, of the watch over new versions, and of the settings of both.
import { z } from 'zod';
import { PolicyRunId } from '../ids';
import { PageQuery, page } from '../page';
import { routes } from '../route';
import { PolicySettings, PolicyWatch } from './health';
import { Difference, ReplayedSession, ShownRun } from './runs';
import { PolicyDraft } from './schemas';

const reader = { roles: ['admin', 'auditor'] } as const;
const admin = { roles: ['admin'] } as const;
const days = z.number().int().min(1).max(90);
const ofRun = z.strictObject({ id: PolicyRunId });

export const policyRunRoutes = routes({
  'POST /api/v1/policies/simulations': {
    summary: 'Try a draft on the recorded sessions of the last days, beside the version in force',
    subject: 'policy',
    who: admin,
    sensitivity: 'medium',
    body: z.strictObject({ policy: PolicyDraft, days: days.default(7) }),
    faults: ['conflict', 'unavailable'],
    reply: ShownRun,
  },
  'POST /api/v1/policies/optimisations': {
    summary:
      'Search the thresholds of the version in force for least risk within a friction budget',
    subject: 'policy',
    who: admin,
    sensitivity: 'medium',
    body: z.strictObject({
      /** Those of the settings when left out. */
      days: days.optional(),
      friction_budget: z.number().min(0).max(10_000).optional(),
    }),
    faults: ['conflict', 'invalid-input', 'unavailable'],
    reply: ShownRun,
  },
  'GET /api/v1/policies/runs': {
    summary: 'Simulations and searches, newest first',
    subject: 'policy',
    who: reader,
    sensitivity: 'medium',
    query: z.strictObject(PageQuery),
    reply: page(ShownRun),
  },
  'GET /api/v1/policies/runs/:id': {
    summary: 'A simulation or search: how far it is, and what it found',
    subject: 'policy',
    who: reader,
    sensitivity: 'medium',
    params: ofRun,
    faults: ['not-found'],
    reply: ShownRun,
  },
  'POST /api/v1/policies/runs/:id/cancel': {
    summary: 'Stop a simulation or search that waits or runs',
    subject: 'policy',
    who: admin,
    sensitivity: 'medium',
    params: ofRun,
    faults: ['not-found', 'conflict'],
    reply: ShownRun,
  },
  'GET /api/v1/policies/runs/:id/sessions': {
    summary:
      'Whom a simulated draft or today’s policy would have challenged or ended, differences first',
    subject: 'policy',
    who: reader,
    sensitivity: 'medium',
    params: ofRun,
    query: z.strictObject({
      ...PageQuery,
      difference: Difference.optional(),
      /** A rule of either that challenged or ended. */
      rule_id: z.string().max(60).optional(),
    }),
    faults: ['not-found'],
    reply: page(ReplayedSession),
  },
  'GET /api/v1/policies/runs/:id/sessions/export': {
    summary: 'The same as CSV',
    subject: 'policy',
    who: reader,
    sensitivity: 'medium',
    params: ofRun,
    faults: ['not-found'],
    reply: 'text/csv; charset=utf-8',
  },
  'GET /api/v1/policies/watches': {
    summary: 'How each new version does against what was foretold of it, newest first',
    subject: 'policy',
    who: reader,
    sensitivity: 'medium',
    query: z.strictObject(PageQuery),
    reply: page(PolicyWatch),
  },
  'GET /api/v1/policies/settings': {
    summary: 'Friction budget, what is done with proposals, and how new versions are watched',
    subject: 'policy',
    who: reader,
    sensitivity: 'medium',
    reply: PolicySettings,
  },
  'PUT /api/v1/policies/settings': {
    summary: 'Change these settings',
    subject: 'policy',
    who: admin,
    sensitivity: 'high',
    body: PolicySettings,
    reply: PolicySettings,
  },
});
