// Policy: ordered rules as data. The first rule that fits decides; `notify` rules speak and let the next one decide.
import { z } from 'zod';
import { Instant, SessionId, UserId } from '../ids';
import { Band, Source } from '../risk/schemas';
import { Role } from '../identity/schemas';

/** From mild to strict. */
export const EFFECTS = ['allow', 'step_up', 'restrict', 'terminate'] as const;
export const Effect = z.enum(EFFECTS);
export type Effect = z.infer<typeof Effect>;

/** Every condition that is present must hold. An empty condition always holds. */
export const Condition = z.strictObject({
  risk_at_least: z.number().min(0).max(100).optional(),
  risk_below: z.number().min(0).max(100).optional(),
  roles: z.array(Role).min(1).optional(),
  device_trusted: z.boolean().optional(),
  /** Holds when any of these sources contributes at least `signal_weight` (default 0.5) to the log-odds. */
  signals: z.array(Source).min(1).optional(),
  signal_weight: z.number().min(0).max(12).optional(),
  /** Holds only for requests to a resource of such sensitivity. */
  sensitivity: z
    .array(z.enum(['low', 'medium', 'high']))
    .min(1)
    .optional(),
  totp_enrolled: z.boolean().optional(),
  /** Holds when no step-up succeeded within so many seconds. */
  no_step_up_within: z.number().int().min(1).max(86_400).optional(),
  /** Holds when the session has been asked for proof, or been restricted, for so long without proof. */
  challenged_for_seconds: z.number().int().min(1).max(86_400).optional(),
});
export type Condition = z.infer<typeof Condition>;

export const Rule = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{1,60}$/, 'must be lower-case words joined by hyphens'),
  name: z.string().min(1).max(120),
  when: Condition,
  effect: z.enum([...EFFECTS, 'notify']),
});
export type Rule = z.infer<typeof Rule>;

/** De-escalation waits until the score is `margin` below what caused it for `hold_seconds`, or for fresh proof. */
export const Hysteresis = z.strictObject({
  margin: z.number().min(0).max(50),
  hold_seconds: z.number().int().min(0).max(86_400),
});

export const PolicyDraft = z.strictObject({
  rules: z
    .array(Rule)
    .min(1)
    .max(100)
    .refine(
      (rules) => new Set(rules.map((rule) => rule.id)).size === rules.length,
      'has two rules of one id',
    )
    .refine(
      (rules) =>
        rules.some((rule) => rule.effect !== 'notify' && Object.keys(rule.when).length === 0),
      'needs a last rule that always holds',
    ),
  hysteresis: Hysteresis,
});
export type PolicyDraft = z.infer<typeof PolicyDraft>;

/** One line of a difference between two versions. */
export const PolicyChange = z.object({
  rule_id: z.string(),
  kind: z.enum(['added', 'removed', 'changed', 'moved']),
  before: z.string().optional(),
  after: z.string().optional(),
});

export const Policy = PolicyDraft.extend({
  version: z.number().int().min(1),
  author: z.string(),
  reason: z.string(),
  created_at: Instant,
  changes: z.array(PolicyChange),
});
export type Policy = z.infer<typeof Policy>;

/** What the policy in force made of a session. */
export const Decision = z.object({
  session_id: SessionId,
  user_id: UserId,
  effect: Effect,
  previous_effect: Effect,
  rule_id: z.string(),
  rule_name: z.string(),
  policy_version: z.number().int(),
  risk_score: z.number(),
  band: Band,
  /** The strongest reasons in words, strongest first. */
  reasons: z.array(z.string()),
  at: Instant,
});
export type Decision = z.infer<typeof Decision>;
