// Petitions: what a person asks of the admins. An appeal against what happened, or a temporary baseline.
import { z } from 'zod';
import { AlertId, DecisionId, Instant, PetitionId, SessionId, UserId } from '../ids';
import { Effect } from '../policy/schemas';
import { Band, Contribution } from '../risk/schemas';

export const PETITION_KINDS = ['appeal', 'baseline'] as const;
export const PetitionKind = z.enum(PETITION_KINDS);
export type PetitionKind = z.infer<typeof PetitionKind>;

/** An appeal is upheld (the decision stands) or overturned; a baseline is approved or refused. */
export const PETITION_OUTCOMES = ['upheld', 'overturned', 'approved', 'refused'] as const;
export const PetitionOutcome = z.enum(PETITION_OUTCOMES);
export type PetitionOutcome = z.infer<typeof PetitionOutcome>;

export const PETITION_STATUSES = ['open', ...PETITION_OUTCOMES, 'withdrawn'] as const;
export const PetitionStatus = z.enum(PETITION_STATUSES);
export type PetitionStatus = z.infer<typeof PetitionStatus>;

/** What was known when the appealed decision was made. */
export const PetitionEvidence = z.object({
  effect: Effect.nullable(),
  risk_score: z.number(),
  band: Band,
  rule_id: z.string().nullable(),
  rule_name: z.string().nullable(),
  policy_version: z.number().int().nullable(),
  reasons: z.array(z.string()),
  contributions: z.array(Contribution),
  at: Instant,
});
export type PetitionEvidence = z.infer<typeof PetitionEvidence>;

export const Petition = z.object({
  id: PetitionId,
  kind: PetitionKind,
  status: PetitionStatus,
  user_id: UserId,
  user_email: z.string(),
  user_name: z.string(),
  /** The session that it is about or that it was made in. */
  session_id: SessionId.nullable(),
  decision_id: DecisionId.nullable(),
  alert_id: AlertId.nullable(),
  /** What it is about, in words. */
  about: z.string(),
  /** In the words of the person. */
  text: z.string(),
  /** Days that a temporary baseline is asked for. */
  days: z.number().int().nullable(),
  evidence: PetitionEvidence.nullable(),
  created_at: Instant,
  answered_at: Instant.nullable(),
  answered_by: z.string().nullable(),
  /** The reason that the admin gave, in words for the person. */
  answer: z.string().nullable(),
  demo: z.boolean(),
});
export type Petition = z.infer<typeof Petition>;

/** The words of a petition: enough to judge by. */
export const PetitionText = z.string().trim().min(10, 'must have at least 10 characters').max(2000);
