// Audit: who did what to what, when, from where, with what outcome; chained by hash so that no record can be changed unseen.
import { z } from 'zod';
import { AuditRecordId, Instant } from '../ids';

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

/** A record in its place: `hash` = SHA-256(prev_hash bytes || canonical JSON of the record), both in lower-case hex. */
export const ChainedAuditRecord = z.object({
  seq: z.number().int().min(0),
  prev_hash: z.string().regex(/^[0-9a-f]{64}$/),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  record: AuditRecord,
});
export type ChainedAuditRecord = z.infer<typeof ChainedAuditRecord>;

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
