// Risk: one score per session, made of contributions that sum exactly to its log-odds.
import { z } from 'zod';
import { Instant, SessionId, UserId } from '../ids';

export const BANDS = ['low', 'medium', 'high', 'critical'] as const;
export const Band = z.enum(BANDS);
export type Band = z.infer<typeof Band>;

/** Lower bound of each band on the scale 0 to 100. */
export const BAND_FLOOR = { low: 0, medium: 30, high: 60, critical: 80 } as const satisfies Record<
  Band,
  number
>;

/** Where evidence comes from. */
export const SOURCES = [
  'prior',
  'keystroke',
  'mouse',
  'device',
  'address',
  'travel',
  'hour',
  'failed_logins',
  'concurrent_sessions',
  'replay',
  'threat',
  'step_up',
  'verdict',
] as const;
export const Source = z.enum(SOURCES);
export type Source = z.infer<typeof Source>;

/** What would change the score: after `action` it would be `score`. Computed, never written by hand. */
export const Counterfactual = z.object({ action: z.string(), score: z.number() });
export type Counterfactual = z.infer<typeof Counterfactual>;

/** One part of the evidence. `log_odds` of all contributions (the prior among them) sum to the score's. */
export const Contribution = z.object({
  source: Source,
  /** What was seen, in words for the user, e.g. "typing rhythm unlike yours". */
  value: z.string(),
  /** Weight of evidence when it was seen, natural log-odds; positive speaks for a stranger. */
  weight: z.number(),
  /** What is left of it now, after decay. */
  log_odds: z.number(),
  observed_at: Instant,
  counterfactual: Counterfactual.optional(),
});
export type Contribution = z.infer<typeof Contribution>;

export const ModelState = z.enum(['learning', 'ready']);
export type ModelState = z.infer<typeof ModelState>;

export const RiskScore = z.object({
  session_id: SessionId,
  user_id: UserId,
  /** 100 / (1 + exp(-log_odds)). */
  risk_score: z.number().min(0).max(100),
  log_odds: z.number(),
  band: Band,
  contributions: z.array(Contribution),
  model_state: ModelState,
  at: Instant,
  /** Sequence number of the batch behind it, when one was. */
  batch_seq: z.number().int().optional(),
});
export type RiskScore = z.infer<typeof RiskScore>;

/** A score as it was decided upon: not every record says how far the model was then. */
export const PastScore = RiskScore.partial({ model_state: true });
export type PastScore = z.infer<typeof PastScore>;

export const RiskPoint = z.object({ at: Instant, risk_score: z.number(), band: Band });
export type RiskPoint = z.infer<typeof RiskPoint>;

/** What a person can know of the model of their behaviour. */
export const ModelStatus = z.object({
  state: ModelState,
  version: z.number().int(),
  trained_at: Instant.nullable(),
  /** Windows of typing and actions of the mouse gathered so far, and how many of each make a model. */
  keystroke_windows: z.number().int(),
  mouse_windows: z.number().int(),
  windows_needed: z.number().int(),
  mouse_windows_needed: z.number().int(),
  /** Until when the behaviour is judged by a temporary model; null while the standing one holds. */
  temporary_until: Instant.nullable(),
  household: z.boolean(),
});
export type ModelStatus = z.infer<typeof ModelStatus>;

/** One request in its context: the score of its session and what the request itself adds. Kept for five minutes. */
export const ContextScore = z.object({
  request_id: z.uuid(),
  session_id: SessionId,
  user_id: UserId,
  /** Method and path as declared. */
  route: z.string(),
  address: z.string(),
  /** Score of the session when the request came; null when it had none yet. */
  session_score: z.number().min(0).max(100).nullable(),
  /** The same, or the prior where there was none, with the evidence of this request. */
  context_score: z.number().min(0).max(100),
  band: Band,
  /** What the request itself tells; empty when it comes as its session does. */
  observations: z.array(z.object({ source: Source, value: z.string(), weight: z.number() })),
  effect: z.enum(['allow', 'step_up', 'restrict', 'terminate']),
  rule_id: z.string(),
  rule_name: z.string(),
  reasons: z.array(z.string()),
  at: Instant,
});
export type ContextScore = z.infer<typeof ContextScore>;

const described = z.array(
  z.object({
    name: z.string(),
    unit: z.string(),
    about: z.string(),
    /** Windows that had it. */
    windows: z.number().int(),
    mean: z.number(),
    deviation: z.number().nullable(),
  }),
);

/** What the behaviour of a session was like on the whole: each feature over the windows that it taught the models. */
export const SessionBehaviour = z.object({
  session_id: SessionId,
  keystroke: described,
  mouse: described,
});
export type SessionBehaviour = z.infer<typeof SessionBehaviour>;
