// Policy: ordered rules as data. The first rule that fits decides; `notify` rules speak and let the next one decide.
import { z } from 'zod';
import { Instant, SessionId, Slug, UserId } from '../ids';
import { Band, Contribution, ModelState, Source } from '../risk/schemas';
import { Role } from '../identity/schemas';

/** From mild to strict. */
export const EFFECTS = ['allow', 'step_up', 'restrict', 'terminate'] as const;
export const Effect = z.enum(EFFECTS);
export type Effect = z.infer<typeof Effect>;

export const SENSITIVITIES = ['low', 'medium', 'high'] as const;
/** Low: own data and overviews. Medium: others' data. High: changes rights, policy or people. */
export const Sensitivity = z.enum(SENSITIVITIES);
export type Sensitivity = z.infer<typeof Sensitivity>;

export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/**
 * Something that is asked for by requests: routes of the platform itself, or part of a protected application. The one
 * with the longest prefix that fits a request is its resource.
 */
export const Resource = z.strictObject({
  id: Slug,
  name: z.string().trim().min(1).max(120),
  /** Host of a protected application, with its port when that is no default one. Without it: the platform's own routes. */
  host: z
    .string()
    .max(260)
    .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/, 'must be a host name in lower case')
    .optional(),
  /** Whole segments: `/reports` fits `/reports` and `/reports/1`, not `/reports-old`. */
  path_prefix: z
    .string()
    .max(500)
    .regex(/^\/[^?#\s]*$/, 'must begin with / and have no query'),
  /** Without it: every method. */
  methods: z.array(z.enum(METHODS)).min(1).optional(),
  sensitivity: Sensitivity,
});
export type Resource = z.infer<typeof Resource>;

/** Every condition that is present must hold. An empty condition always holds. */
export const Condition = z.strictObject({
  risk_at_least: z.number().min(0).max(100).optional(),
  risk_below: z.number().min(0).max(100).optional(),
  roles: z.array(Role).min(1).optional(),
  /** Holds for members of any of these groups. */
  groups: z.array(Slug).min(1).max(50).optional(),
  device_trusted: z.boolean().optional(),
  /** Holds when any of these sources contributes at least `signal_weight` (default 0.5) to the log-odds. */
  signals: z.array(Source).min(1).optional(),
  signal_weight: z.number().min(0).max(12).optional(),
  /** Holds only for requests to a resource of such sensitivity. */
  sensitivity: z.array(Sensitivity).min(1).optional(),
  /** Holds only for requests to one of these resources. */
  resources: z.array(Slug).min(1).max(50).optional(),
  totp_enrolled: z.boolean().optional(),
  /** An authenticator app or a passkey: whether the person has more than the password to prove themselves by. */
  strong_proof_enrolled: z.boolean().optional(),
  /** Holds when no step-up succeeded within so many seconds. */
  no_step_up_within: z.number().int().min(1).max(86_400).optional(),
  /** Holds when the session has been asked for proof, or been restricted, for so long without proof. */
  challenged_for_seconds: z.number().int().min(1).max(86_400).optional(),
});
export type Condition = z.infer<typeof Condition>;

export const Rule = z.strictObject({
  id: Slug,
  name: z.string().trim().min(1).max(120),
  when: Condition,
  effect: z.enum([...EFFECTS, 'notify']),
  /** What it would have done is put on record; nothing is done, and the next rule decides. */
  report_only: z.boolean().optional(),
});
export type Rule = z.infer<typeof Rule>;

/** De-escalation waits until the score is `margin` below what caused it for `hold_seconds`, or for fresh proof. */
export const Hysteresis = z.strictObject({
  margin: z.number().min(0).max(50),
  hold_seconds: z.number().int().min(0).max(86_400),
});

const differentIds = (all: readonly { id: string }[]): boolean =>
  new Set(all.map(({ id }) => id)).size === all.length;

export const PolicyDraft = z.strictObject({
  rules: z
    .array(Rule)
    .min(1)
    .max(100)
    .refine(differentIds, 'has two rules of one id')
    .refine(
      (rules) =>
        rules.some(
          ({ when, effect, report_only }) =>
            effect !== 'notify' && !report_only && Object.keys(when).length === 0,
        ),
      'needs a last rule that always holds',
    ),
  hysteresis: Hysteresis,
  resources: z
    .array(Resource)
    .max(200)
    .refine(differentIds, 'has two resources of one id')
    .default([]),
});
export type PolicyDraft = z.infer<typeof PolicyDraft>;

/** A draft that was sent and is kept. */
export const KeptDraft = z.object({
  rules: z.array(Rule),
  hysteresis: Hysteresis,
  resources: z.array(Resource),
});

/** One line of a difference between two versions. `rule_id` is `hysteresis` or `resource:{id}` for what is no rule. */
export const PolicyChange = z.object({
  rule_id: z.string(),
  kind: z.enum(['added', 'removed', 'changed', 'moved']),
  before: z.string().optional(),
  after: z.string().optional(),
});

export const Policy = z.object({
  rules: z.array(Rule),
  hysteresis: Hysteresis,
  resources: z.array(Resource),
  version: z.number().int().min(1),
  /** The version as a whole is on trial: it decides beside the one in force and nothing of it is enforced. */
  report_only: z.boolean(),
  /** When its trial was ended; null while it goes on, and for versions that were in force. */
  trial_ended_at: Instant.nullable(),
  author: z.string(),
  reason: z.string(),
  created_at: Instant,
  changes: z.array(PolicyChange),
});
export type Policy = z.infer<typeof Policy>;

/** What a review of a draft found. Errors refuse it; warnings want to be accepted. */
export const PolicyFinding = z.object({
  severity: z.enum(['error', 'warning']),
  /** JSON Pointer (RFC 6901) into the draft. */
  path: z.string(),
  message: z.string(),
  fix: z.string(),
});
export type PolicyFinding = z.infer<typeof PolicyFinding>;

/** What a rule in report-only mode, or a version on trial, would have decided. */
export const Would = z.object({
  policy_version: z.number().int(),
  rule_id: z.string(),
  rule_name: z.string(),
  effect: z.enum([...EFFECTS, 'notify']),
});
export type Would = z.infer<typeof Would>;

/** What the policy in force made of a session. */
export const Decision = z.object({
  session_id: SessionId,
  user_id: UserId,
  effect: Effect,
  previous_effect: Effect,
  rule_id: z.string(),
  rule_name: z.string(),
  /** When that rule holds, in words; empty when the version in force no longer has it. */
  rule_condition: z.string(),
  policy_version: z.number().int(),
  risk_score: z.number(),
  band: Band,
  /** The strongest reasons in words, strongest first. */
  reasons: z.array(z.string()),
  /** Rules in report-only mode that held, and what a version on trial would have decided otherwise. Never enforced. */
  would: z.array(Would),
  /** What was asked for: the id of a resource or its sensitivity; null when it is about the session as a whole. */
  resource: z.string().nullable(),
  /** The evidence that it was made on; absent when nothing but time has passed since the one before. */
  contributions: z.array(Contribution).optional(),
  /** How far the model of the behaviour was then; absent where the evidence is, and in records that do not say it. */
  model_state: ModelState.optional(),
  at: Instant,
});
export type Decision = z.infer<typeof Decision>;
