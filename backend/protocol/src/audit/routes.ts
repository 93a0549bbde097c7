// HTTP routes of audit: records, what proves them, and the state of the log and its anchors.
import { z } from 'zod';
import { AskedInstant, AuditRecordId, JobId, UserId } from '../ids';
import { sudo } from '../identity/assurance';
import { PageQuery, page } from '../page';
import { routes } from '../route';
import { CLOSED_FIELDS } from './closed-fields';
import { LogIntegrity, ReceiptReport, RecordProof } from './proof-schemas';
import {
  Action,
  AnchorState,
  AuditAnchor,
  AuditEntry,
  AuditFinding,
  AuditVerification,
} from './schemas';

const reader = { roles: ['admin', 'auditor'], scopes: ['audit:read'] } as const;
const read = { subject: 'audit', who: reader, sensitivity: 'medium' } as const;
const ofRecord = z.strictObject({ id: AuditRecordId });

const Filter = {
  actor: z.string().max(100).optional(),
  subject: z.string().max(100).optional(),
  /** The person whom a record is about, or who acted. */
  person: UserId.optional(),
  action: Action.optional(),
  outcome: z.enum(['success', 'failure']).optional(),
  from: AskedInstant.optional(),
  to: AskedInstant.optional(),
};

/** Fields that a receipt opens, by comma; all when left out, none when empty. */
const Disclosed = z
  .string()
  .max(100)
  .default(CLOSED_FIELDS.join(','))
  .transform((text) => text.split(',').filter(Boolean))
  .pipe(z.array(z.enum([...CLOSED_FIELDS, 'evidence'])));

export const auditRoutes = routes({
  'GET /api/v1/audit': {
    summary: 'Audit records, newest first, by filter',
    ...read,
    query: z.strictObject({ ...PageQuery, ...Filter }),
    reply: page(AuditEntry),
  },
  'GET /api/v1/audit/records/:id': {
    summary: 'One record with its leaf, its inclusion proof, its anchor and its evidence',
    ...read,
    params: ofRecord,
    faults: ['not-found', 'unavailable'],
    reply: RecordProof,
  },
  'GET /api/v1/audit/records/:id/receipt': {
    summary: 'The receipt of a record: a file that proves it without this server',
    ...read,
    params: ofRecord,
    query: z.strictObject({ disclose: Disclosed }),
    faults: ['not-found', 'unavailable'],
    reply: 'application/json',
  },
  'GET /api/v1/audit/records/:id/evidence': {
    summary: 'The evidence of a record, read from IPFS, verified and decrypted',
    ...read,
    params: ofRecord,
    perMinute: 60,
    faults: ['not-found', 'unavailable', 'internal'],
    reply: 'application/json',
  },
  'POST /api/v1/audit/receipts': {
    summary: 'Check a receipt, link by link, against the log and the chain',
    ...read,
    perMinute: 120,
    body: z.strictObject({ receipt: z.string().min(1).max(1_000_000) }),
    reply: ReceiptReport,
  },
  'GET /api/v1/audit/verify': {
    summary: 'Walk the log, its index and its anchors now, and say whether, and where, they break',
    ...read,
    perMinute: 6,
    reply: z.object({
      intact: z.boolean(),
      /** Entries of the log. */
      records: z.number().int(),
      /** Root of the tree, in hex; null before the first entry. */
      root: z.string().nullable(),
      /** The first of them. */
      broken_at: AuditFinding.nullable(),
      findings: z.array(AuditFinding),
      milliseconds: z.number(),
    }),
  },
  'GET /api/v1/audit/integrity': {
    summary: 'How the log stands: its size, what is anchored, what waits, what was verified last',
    ...read,
    reply: LogIntegrity,
  },
  'GET /api/v1/audit/anchors': {
    summary: 'Anchors of the log, newest first',
    ...read,
    query: z.strictObject({ ...PageQuery, state: AnchorState.optional() }),
    reply: page(AuditAnchor),
  },
  'GET /api/v1/audit/verifications': {
    summary: 'Verifications of the log, newest first',
    ...read,
    query: z.strictObject(PageQuery),
    reply: page(AuditVerification),
  },
  'POST /api/v1/audit/verifications': {
    summary: 'Walk the log, its index, its anchors and its evidence, as a job',
    ...read,
    who: { roles: ['admin', 'auditor'] },
    perMinute: 6,
    body: z.strictObject({
      /** Places in the log; all of it when left out. */
      from: z.number().int().min(0).optional(),
      to: z.number().int().min(1).optional(),
      evidence: z.enum(['none', 'sample', 'all']).default('sample'),
    }),
    faults: ['invalid-input', 'unavailable'],
    reply: AuditVerification,
  },
  'GET /api/v1/audit/verifications/:id': {
    summary: 'A verification: how far it is, and what it found',
    ...read,
    params: z.strictObject({ id: JobId }),
    faults: ['not-found'],
    reply: AuditVerification,
  },
  'GET /api/v1/audit/export/receipts': {
    summary: 'Receipts as JSON lines, one record each in order, by filter; needs fresh proof',
    ...read,
    who: { roles: ['admin', 'auditor'] },
    freshness: sudo,
    perMinute: 6,
    query: z.strictObject({ ...Filter, disclose: Disclosed }),
    faults: ['unavailable'],
    reply: 'application/x-ndjson; charset=utf-8',
  },
  'GET /api/v1/audit/export/csv': {
    summary: 'Records as CSV, in order, by filter; needs fresh proof',
    ...read,
    who: { roles: ['admin', 'auditor'] },
    freshness: sudo,
    perMinute: 6,
    query: z.strictObject(Filter),
    reply: 'text/csv; charset=utf-8',
  },
  'POST /api/v1/audit/erasures': {
    summary:
      'Erase a person from the audit log: their key is destroyed, and what it closed can never be read again; needs fresh proof',
    subject: 'audit',
    who: { roles: ['admin'] },
    sensitivity: 'high',
    freshness: sudo,
    perMinute: 6,
    body: z.strictObject({
      user_id: UserId,
      reason: z.string().trim().min(3).max(500),
    }),
    faults: ['not-found'],
    reply: z.object({ record_id: AuditRecordId }),
  },
});
