// HTTP routes of policy.
import { z } from 'zod';
import { routes } from '../route';
import { PageQuery, page } from '../page';
import { Policy, PolicyDraft } from './schemas';

const reason = z.string().trim().min(3).max(500);

export const policyRoutes = routes({
  'GET /api/v1/policies/current': {
    summary: 'The policy in force',
    subject: 'policy',
    who: { roles: ['admin', 'auditor'], scopes: ['policy:read'] },
    sensitivity: 'medium',
    faults: ['unavailable'],
    reply: Policy,
  },
  'GET /api/v1/policies': {
    summary: 'Every version of the policy, newest first',
    subject: 'policy',
    who: { roles: ['admin', 'auditor'] },
    sensitivity: 'medium',
    query: z.strictObject(PageQuery),
    reply: page(Policy),
  },
  'PUT /api/v1/policies': {
    summary: 'Put a new version in force',
    subject: 'policy',
    who: { roles: ['admin'] },
    sensitivity: 'high',
    body: z.strictObject({
      policy: PolicyDraft,
      reason,
      /** The version that the draft was made from: a version made meanwhile by somebody else is a conflict. */
      based_on: z.number().int().min(1),
    }),
    faults: ['conflict'],
    reply: Policy,
  },
  'POST /api/v1/policies/restore': {
    summary: 'Put an earlier version in force again, as a new version',
    subject: 'policy',
    who: { roles: ['admin'] },
    sensitivity: 'high',
    body: z.strictObject({ version: z.number().int().min(1), reason }),
    faults: ['not-found', 'conflict'],
    reply: Policy,
  },
});
