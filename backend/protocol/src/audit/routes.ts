// HTTP routes of audit.
import { z } from 'zod';
import { routes } from '../route';
import { Instant } from '../ids';
import { PageQuery, page } from '../page';
import { Action, ChainedAuditRecord } from './schemas';

export const auditRoutes = routes({
  'GET /api/v1/audit': {
    summary: 'Audit records, newest first, by filter',
    subject: 'audit',
    who: { roles: ['admin', 'auditor'], scopes: ['audit:read'] },
    sensitivity: 'medium',
    query: z.strictObject({
      ...PageQuery,
      actor: z.string().max(100).optional(),
      subject: z.string().max(100).optional(),
      action: Action.optional(),
      outcome: z.enum(['success', 'failure']).optional(),
      from: Instant.optional(),
      to: Instant.optional(),
    }),
    reply: page(ChainedAuditRecord),
  },
  'GET /api/v1/audit/verify': {
    summary: 'Walk the whole hash chain and say whether, and where, it breaks',
    subject: 'audit',
    who: { roles: ['admin', 'auditor'], scopes: ['audit:read'] },
    sensitivity: 'medium',
    perMinute: 6,
    reply: z.object({
      intact: z.boolean(),
      records: z.number().int(),
      head: z.string().nullable(),
      /** The first record that does not fit, and why. */
      broken_at: z.object({ seq: z.number().int(), why: z.string() }).nullable(),
      milliseconds: z.number(),
    }),
  },
});
