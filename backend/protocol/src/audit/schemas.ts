// Audit: who did what to what, when, from where, with what outcome; in a log that shows every change to it.
import { z } from 'zod';
import { CLOSED_FIELDS } from './closed-fields';
import { AuditRecordId, Instant, JobId } from '../ids';

export const ACTIONS = [
  'auth.login',
  'auth.login_failed',
  'auth.logout',
  'auth.handed_over',
  'auth.site_entered',
  'auth.refresh_reused',
  'auth.password_changed',
  'auth.totp_enrolled',
  'auth.totp_removed',
  'auth.passkey_enrolled',
  'auth.passkey_renamed',
  'auth.passkey_removed',
  'auth.passkey_cloned',
  'auth.recovery_code_used',
  'auth.recovery_codes_renewed',
  'auth.step_up',
  'auth.step_up_failed',
  'user.registered',
  'user.invited',
  'user.changed',
  'user.reset',
  'group.created',
  'group.changed',
  'group.removed',
  'api_key.created',
  'api_key.revoked',
  'api_key.used',
  'api_key.rotated',
  'application.created',
  'application.changed',
  'application.removed',
  'webhook.created',
  'webhook.changed',
  'webhook.removed',
  'webhook.paused',
  'session.decision',
  'session.summary',
  'session.terminated',
  'session.step_up_asked',
  'device.trusted',
  'device.untrusted',
  'device.forgotten',
  'verdict.given',
  'petition.made',
  'petition.withdrawn',
  'petition.answered',
  'baseline.began',
  'baseline.ended',
  'household.changed',
  'behaviour.erased',
  'privacy.exported',
  'policy.changed',
  'policy.restored',
  'policy.trial_began',
  'policy.trial_ended',
  'policy.rolled_back',
  'policy.diverged',
  'policy.settings_changed',
  'alert.changed',
  'key.rotated',
  'person.erased',
  'log.migrated',
  'audit.exported',
  'demo.removed',
  'job.run',
  'job.cancelled',
  'job.retried',
  'job.queue_paused',
  'job.queue_resumed',
  'job.schedule_changed',
] as const;
export const Action = z.enum(ACTIONS);
export type Action = z.infer<typeof Action>;

/** The record as it is hashed: canonical JSON (RFC 8785) of exactly these fields. */
export const AuditRecord = z.object({
  id: AuditRecordId,
  at: Instant,
  /** `user:{id}`, `api_key:{id}` or `system:{part}`. */
  actor: z.string(),
  action: Action,
  /** What it was done to: `session:{id}`, `user:{id}`, `policy:{version}` … */
  subject: z.string(),
  outcome: z.enum(['success', 'failure']),
  /** Network address of the caller, when there was one. */
  address: z.string().nullable(),
  /** Facts of the action; no secret and no typed text. */
  details: z.record(z.string(), z.unknown()),
});
export type AuditRecord = z.infer<typeof AuditRecord>;

const digest = z.string().regex(/^[0-9a-f]{64}$/);

/** A record as it can still be read: what belonged to a person who was erased is null. */
export const ShownAuditRecord = AuditRecord.extend({
  actor: z.string().nullable(),
  subject: z.string().nullable(),
  details: z.record(z.string(), z.unknown()).nullable(),
});
export type ShownAuditRecord = z.infer<typeof ShownAuditRecord>;

/** A record in its place. What belonged to a person who was erased is null, and named in `erased`. */
export const AuditEntry = z.object({
  /** Its place in the log, from 0. */
  index: z.number().int().min(0),
  /** SHA-256(0x00 || its leaf), in lower-case hex. */
  leaf_hash: digest,
  record: ShownAuditRecord,
  erased: z.array(z.enum(CLOSED_FIELDS)),
});
export type AuditEntry = z.infer<typeof AuditEntry>;

/** The public form of a record, as it stands in the log: what may speak of people is a commitment to it. */
export const AuditLeaf = z.object({
  v: z.literal(1),
  id: z.string(),
  at: Instant,
  action: z.string(),
  outcome: z.enum(['success', 'failure']),
  actor: digest,
  address: digest,
  details: digest,
  subject: digest,
});
export type AuditLeaf = z.infer<typeof AuditLeaf>;

/** Why and where a check of the log or of what hangs on it failed. */
export const AuditFinding = z.object({
  /** What does not hold: a file of the log, `entry 17`, `anchor 1000`, a CID. */
  where: z.string(),
  /** Place in the log, where there is one. */
  index: z.number().int().nullable(),
  why: z.string(),
});
export type AuditFinding = z.infer<typeof AuditFinding>;

/** A walk over the log, its index, its anchors and its evidence. */
export const AuditVerification = z.object({
  /** Of the job that makes it. */
  id: JobId,
  /** `user:{id}`, or `system:jobs`. */
  by: z.string(),
  started_at: Instant,
  ended_at: Instant.nullable(),
  /** `failed`: it could not be made, which says nothing about the log. */
  state: z.enum(['running', 'intact', 'broken', 'failed', 'cancelled']),
  from: z.number().int(),
  to: z.number().int(),
  /** Entries walked so far. */
  done: z.number().int(),
  /** Checked besides entries. */
  anchors: z.number().int(),
  evidence: z.number().int(),
  /** The first of them, at most 100. */
  findings: z.array(AuditFinding),
  /** How many there are. */
  found: z.number().int(),
  error: z.string().nullable(),
});
export type AuditVerification = z.infer<typeof AuditVerification>;

const Hash = z.string().regex(/^[0-9a-f]{64}$/);
const TransactionHash = z.string().regex(/^0x[0-9a-f]{64}$/);
const ChainAddress = z.string().regex(/^0x[0-9a-f]{40}$/);

/** Where an anchor stands on a chain. */
export const AnchorPlace = z.object({
  chain_id: z.number().int().min(1),
  contract: ChainAddress,
  transaction: TransactionHash,
  block: z.object({ number: z.number().int().min(0), hash: TransactionHash }),
  gas_used: z.number().int().min(0),
});
export type AnchorPlace = z.infer<typeof AnchorPlace>;

/**
 * `pending`: waits to be sent; `sent`: a transaction is under way, or in a block that is not deep enough yet; `confirmed`;
 * `elsewhere`: was confirmed on a chain or contract that is not in use any more.
 */
export const ANCHOR_STATES = ['pending', 'sent', 'confirmed', 'elsewhere'] as const;
export const AnchorState = z.enum(ANCHOR_STATES);
export type AnchorState = z.infer<typeof AnchorState>;

/** A checkpoint of the log, on its way to the chain or there. */
export const AuditAnchor = z.object({
  /** Leaves of the tree; no two anchors have one size. */
  size: z.number().int().min(1),
  root: Hash,
  /** The signed note of exactly this size. */
  checkpoint: z.string(),
  /** Size of the anchor that it extends on the chain, 0 for the first there; null until it is sent. */
  previous_size: z.number().int().min(0).nullable(),
  /** The consistency proof (RFC 6962) from that size. */
  consistency: z.array(Hash),
  state: AnchorState,
  /** Of each transaction that was tried, the last one at the end. */
  transactions: z.array(TransactionHash),
  /** The last one tried: replaced by one of the same nonce and higher fees when it is stuck. Fees in wei for each gas. */
  sending: z
    .object({
      nonce: z.number().int().min(0),
      max_fee: z.string().regex(/^\d+$/),
      max_priority_fee: z.string().regex(/^\d+$/),
      at: Instant,
    })
    .nullable(),
  /** Set as soon as a transaction of it is in a block. */
  place: AnchorPlace.nullable(),
  /** Where it stood before a chain was reorganised, lost its state or was left; the last one at the end. */
  earlier: z.array(AnchorPlace),
  frozen_at: Instant,
  sent_at: Instant.nullable(),
  confirmed_at: Instant.nullable(),
  /** Why it does not go on, while it does not. */
  last_error: z.string().nullable(),
});
export type AuditAnchor = z.infer<typeof AuditAnchor>;
