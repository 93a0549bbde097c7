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
