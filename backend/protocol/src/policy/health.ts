// The watch over a new version: what was foretold, what is lived, and what is done when they diverge.
import { z } from 'zod';
import { Instant } from '../ids';

export const PolicySettings = z.strictObject({
  /** Challenges for each 1,000 sessions that the search for thresholds may cost. */
  friction_budget: z.number().min(0).max(10_000),
  /** Recorded days that a search, and the forecast of a new version, look at. */
  days: z.number().int().min(1).max(90),
  /** What is done with a proposal: nothing, put on trial, or put in force. */
  apply: z.enum(['never', 'on_trial', 'in_force']),
  /** What is done when people are hit more than was foretold. */
  when_diverging: z.enum(['roll_back', 'warn']),
  /** Sessions that must have been recorded, and lived, before the two are compared. */
  minimum_sessions: z.number().int().min(20).max(100_000),
  /** Hours for which a new version is watched. */
  watch_hours: z.number().int().min(1).max(720),
});
export type PolicySettings = z.infer<typeof PolicySettings>;

export const DEFAULT_SETTINGS: PolicySettings = {
  friction_budget: 50,
  days: 14,
  apply: 'never',
  when_diverging: 'roll_back',
  minimum_sessions: 50,
  watch_hours: 48,
};

/** Sessions, and those of them that were challenged and that were ended. */
export const HitRates = z.object({
  sessions: z.number().int(),
  challenged: z.number().int(),
  terminated: z.number().int(),
});
export type HitRates = z.infer<typeof HitRates>;

/** Of live against forecast: `more` or `fewer` people are hit than was foretold. */
export const Divergence = z.object({
  what: z.enum(['challenged', 'terminated']),
  direction: z.enum(['more', 'fewer']),
  /** Probability of so great a difference, or a greater one, by chance (Fisher's exact test, one side). */
  p: z.number(),
});
export type Divergence = z.infer<typeof Divergence>;

export const PolicyWatch = z.object({
  version: z.number().int(),
  /** The version in force before; null for the first. */
  replaces: z.number().int().nullable(),
  since: Instant,
  until: Instant,
  state: z.enum([
    /** The past is being replayed. */
    'forecasting',
    'watching',
    /** It cannot be told: too little is recorded of the time before. */
    'unwatched',
    /** The time is over and nothing diverged. */
    'passed',
    /** Diverged, and only told. */
    'diverged',
    'rolled_back',
    /** Another version took over. */
    'superseded',
  ]),
  /** In words for an admin. */
  note: z.string(),
  forecast: HitRates.nullable(),
  live: HitRates.nullable(),
  divergence: Divergence.nullable(),
  /** Sessions lived at which the two are compared next. */
  next_look: z.number().int(),
  checked_at: Instant.nullable(),
  /** The version that put the one before in force again. */
  rolled_back_by: z.number().int().nullable(),
});
export type PolicyWatch = z.infer<typeof PolicyWatch>;
