// HTTP routes of policy.
import { z } from 'zod';
import { routes } from '../route';
import { Instant } from '../ids';
import { PageQuery, page } from '../page';
import { Session } from '../identity/schemas';
import { Effect, Policy, PolicyChange, PolicyDraft, PolicyFinding } from './schemas';

const reason = z.string().trim().min(3).max(500);
const version = z.coerce.number().int().min(1);
const reader = { roles: ['admin', 'auditor'] } as const;
const admin = { roles: ['admin'] } as const;

const Standing = z.object({ current: Policy, trial: Policy.nullable() });

/** A live session that would be judged otherwise by a draft. */
const PreviewedSession = Session.pick({
  id: true,
  user_email: true,
  user_name: true,
  role: true,
  device_label: true,
  risk_score: true,
  band: true,
}).extend({ now: Effect, then: Effect, rule_id: z.string(), rule_name: z.string() });

export const policyRoutes = routes({
  'GET /api/v1/policies/current': {
    summary: 'The policy in force',
    subject: 'policy',
    who: { ...reader, scopes: ['policy:read'] },
    sensitivity: 'medium',
    faults: ['unavailable'],
    reply: Policy,
  },
  'GET /api/v1/policies/standing': {
    summary: 'The policy in force, and the version on trial beside it',
    subject: 'policy',
    who: { ...reader, scopes: ['policy:read'] },
    sensitivity: 'medium',
    faults: ['unavailable'],
    reply: Standing,
  },
  'GET /api/v1/policies': {
    summary: 'Every version of the policy, newest first',
    subject: 'policy',
    who: reader,
    sensitivity: 'medium',
    query: z.strictObject(PageQuery),
    reply: page(Policy),
  },
  'GET /api/v1/policies/diff': {
    summary: 'What changed between any two versions',
    subject: 'policy',
    who: reader,
    sensitivity: 'medium',
    query: z.strictObject({ from: version, to: version }),
    faults: ['not-found'],
    reply: z.object({ from: Policy, to: Policy, changes: z.array(PolicyChange) }),
  },
  'GET /api/v1/policies/activity': {
    summary: 'What rules decided lately, and what those in report-only mode would have',
    subject: 'policy',
    who: reader,
    sensitivity: 'medium',
    query: z.strictObject({ hours: z.coerce.number().int().min(1).max(720).default(24) }),
    reply: z.object({
      since: Instant,
      /** Sessions that were decided, were asked for proof or restricted, and were ended; each counted once. */
      sessions: z.number().int(),
      challenged: z.number().int(),
      terminated: z.number().int(),
      rules: z.array(
        z.object({
          /** Of what was only reported; null for what was decided, which is counted over all versions. */
          policy_version: z.number().int().nullable(),
          rule_id: z.string(),
          /** It only told what it would have done. */
          reported: z.boolean(),
          sessions: z.number().int(),
          decisions: z.number().int(),
          last_at: Instant,
        }),
      ),
    }),
  },
  'POST /api/v1/policies/preview': {
    summary: 'What a draft gets wrong, and what it would make of the sessions that live now',
    subject: 'policy',
    who: admin,
    sensitivity: 'medium',
    body: z.strictObject({
      /** A draft, whole or half-made: what does not fit is answered as findings. */
      policy: z.unknown(),
    }),
    reply: z.object({
      findings: z.array(PolicyFinding),
      /** Against the version in force; null when the draft does not fit. */
      changes: z.array(PolicyChange).nullable(),
      /** Each judged afresh by the version in force and by the draft; the riskiest first. */
      sessions: z
        .object({
          live: z.number().int(),
          looked_at: z.number().int(),
          changed: z.number().int(),
          moves: z.array(z.object({ now: Effect, then: Effect, sessions: z.number().int() })),
          items: z.array(PreviewedSession),
        })
        .nullable(),
    }),
  },
  'PUT /api/v1/policies': {
    summary: 'Put a new version in force, or on trial; what would lock out every admin is refused',
    subject: 'policy',
    who: admin,
    sensitivity: 'high',
    body: z.strictObject({
      policy: PolicyDraft,
      reason,
      /** The version that the draft was made from: a version made meanwhile by somebody else is a conflict. */
      based_on: z.number().int().min(1),
      /** On trial: it decides beside the version in force, is told of, and nothing of it is enforced. */
      report_only: z.boolean().default(false),
      /** Without it warnings of the review refuse the draft. */
      accept_warnings: z.boolean().default(false),
    }),
    faults: ['conflict', 'invalid-input'],
    reply: Policy,
  },
  'POST /api/v1/policies/restore': {
    summary: 'Put an earlier version in force again, as a new version',
    subject: 'policy',
    who: admin,
    sensitivity: 'high',
    body: z.strictObject({ version: z.number().int().min(1), reason }),
    faults: ['not-found', 'conflict', 'invalid-input'],
    reply: Policy,
  },
  'POST /api/v1/policies/trial/end': {
    summary: 'End the trial of a version; the version in force stays',
    subject: 'policy',
    who: admin,
    sensitivity: 'high',
    body: z.strictObject({ version: z.number().int().min(1), reason }),
    faults: ['not-found'],
    reply: Policy,
  },
});
