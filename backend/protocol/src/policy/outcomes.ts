// What became of each enforcement, and how well the policy does by it.
import { z } from 'zod';
import { DecisionId, Instant, SessionId, UserId } from '../ids';
import { Effect } from './schemas';

/**
 * `passed`: proof was given. `failed`: proof was tried and never right. `abandoned`: the session ended without a try.
 * `terminated`: the policy or an admin ended it. `eased`: the risk fell before proof was given.
 */
export const OUTCOMES = ['open', 'passed', 'failed', 'abandoned', 'terminated', 'eased'] as const;
export const Outcome = z.enum(OUTCOMES);
export type Outcome = z.infer<typeof Outcome>;

/** Whom people later said it was: the owner (an appeal granted, "this was me") or a stranger ("this was not me"). */
export const Said = z.enum(['owner', 'stranger']);
export type Said = z.infer<typeof Said>;

/** A challenge begins when rights that were whole are reduced and is one until it is settled; a termination ends a session. */
export const OutcomeKind = z.enum(['challenge', 'termination']);
export type OutcomeKind = z.infer<typeof OutcomeKind>;

export const PolicyOutcome = z.object({
  /** Of the decision that challenged or ended. */
  id: DecisionId,
  kind: OutcomeKind,
  session_id: SessionId,
  user_id: UserId,
  rule_id: z.string(),
  rule_name: z.string(),
  policy_version: z.number().int(),
  effect: Effect,
  risk_score: z.number(),
  /** What was asked for, when it was one request; null when it was the session as a whole. */
  resource: z.string().nullable(),
  at: Instant,
  outcome: Outcome,
  settled_at: Instant.nullable(),
  /** Proofs tried that were not right. */
  wrong_proofs: z.number().int(),
  said: Said.nullable(),
  /** Of a termination: seconds from the first score in the high band, since the last proof, to its end. */
  seconds_to_stop: z.number().nullable(),
});
export type PolicyOutcome = z.infer<typeof PolicyOutcome>;

/** A share with its 95 % Wilson interval; nulls when there is nothing to share. */
export const Share = z.object({
  count: z.number().int(),
  of: z.number().int(),
  share: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
});
export type Share = z.infer<typeof Share>;

export const EffectFigures = z.object({
  challenges: z.number().int(),
  /** Challenges by what became of them. */
  open: z.number().int(),
  passed: z.number().int(),
  failed: z.number().int(),
  abandoned: z.number().int(),
  terminated: z.number().int(),
  eased: z.number().int(),
  /** Challenges and terminations that people said were wrong, and those that they said were right. */
  reported_wrong: z.number().int(),
  reported_stranger: z.number().int(),
  /** Of the challenges of which one can tell: failed, abandoned, terminated or said to be a stranger's. */
  true_challenges: Share,
  /** Of the same: passed, or said to be the owner's. */
  false_challenges: Share,
  terminations: z.number().int(),
  /** Terminations that people said hit the owner. */
  wrong_terminations: Share,
  /** Seconds from the first high score to the end, over the terminations of which it is known. */
  time_to_stop: z
    .object({ known: z.number().int(), median: z.number(), p90: z.number() })
    .nullable(),
});
export type EffectFigures = z.infer<typeof EffectFigures>;

const friction = { friction: z.number().nullable() };

export const Effectiveness = z.object({
  from: Instant,
  to: Instant,
  /** Sessions that lived in the period. */
  sessions: z.number().int(),
  /** `friction` is challenges for each 1,000 sessions. */
  total: EffectFigures.extend(friction),
  rules: z.array(EffectFigures.extend({ rule_id: z.string(), rule_name: z.string(), ...friction })),
  versions: z.array(
    EffectFigures.extend({
      policy_version: z.number().int(),
      /** Sessions that lived while it was in force within the period. */
      sessions: z.number().int(),
      ...friction,
    }),
  ),
  days: z.array(
    z.object({
      /** UTC. */
      day: z.iso.date(),
      sessions: z.number().int(),
      challenges: z.number().int(),
      true_challenges: z.number().int(),
      false_challenges: z.number().int(),
      terminations: z.number().int(),
      ...friction,
    }),
  ),
});
export type Effectiveness = z.infer<typeof Effectiveness>;
