// Runs over recorded sessions: trying a draft on the past, and searching thresholds on it.
import { z } from 'zod';
import { Instant, JobId, PolicyRunId, SessionId, UserId } from '../ids';
import { Effect, KeptDraft } from './schemas';

export const RunState = z.enum(['queued', 'running', 'done', 'failed', 'cancelled']);
export type RunState = z.infer<typeof RunState>;

/** What the draft makes of a session beside today's policy. */
export const DIFFERENCES = ['stricter', 'milder', 'other_rule', 'none'] as const;
export const Difference = z.enum(DIFFERENCES);
export type Difference = z.infer<typeof Difference>;

/** Where a rule took rights away, when the session was judged again. */
export const ReplayHit = z.object({
  at: Instant,
  rule_id: z.string(),
  rule_name: z.string(),
  effect: Effect,
  risk_score: z.number(),
});
export type ReplayHit = z.infer<typeof ReplayHit>;

const ReplaySide = z.object({
  effect: Effect,
  challenges: z.number().int(),
  challenge: ReplayHit.nullable(),
  termination: ReplayHit.nullable(),
});

/** A session that one of the two would have challenged or ended. */
export const ReplayedSession = z.object({
  session_id: SessionId,
  user_id: UserId,
  user_email: z.string(),
  user_name: z.string(),
  device_label: z.string(),
  started_at: Instant,
  today: ReplaySide,
  draft: ReplaySide,
  difference: Difference,
  /** The draft ends it for want of a proof that was never asked for. */
  assumes_no_proof: z.boolean(),
});
export type ReplayedSession = z.infer<typeof ReplayedSession>;

/** What a policy makes of all the sessions. */
export const ReplayFigures = z.object({
  challenged_sessions: z.number().int(),
  challenges: z.number().int(),
  terminated: z.number().int(),
  /** Challenges for each 1,000 sessions. */
  friction: z.number(),
  /** Minutes that a stranger is expected to act with full rights, for each 1,000 sessions. */
  exposure: z.number(),
});
export type ReplayFigures = z.infer<typeof ReplayFigures>;

export const SimulationResult = z.object({
  sessions: z.number().int(),
  today: ReplayFigures,
  draft: ReplayFigures,
  /** Sessions by how they differ. */
  differences: z.record(Difference, z.number().int()),
  moves: z.array(z.object({ now: Effect, then: Effect, sessions: z.number().int() })),
  /** Sessions that each rule of the draft would have challenged or ended first. */
  rules: z.array(
    z.object({
      rule_id: z.string(),
      rule_name: z.string(),
      today: z.number().int(),
      draft: z.number().int(),
    }),
  ),
  /** Sessions that today's policy ends and the draft does not: nothing is recorded of what would have come after. */
  cut_short: z.number().int(),
  assumes_no_proof: z.number().int(),
});
export type SimulationResult = z.infer<typeof SimulationResult>;

/** A policy of the search: its thresholds by rule, and its figures on the days that it was fitted on and on later ones. */
export const FrontierPoint = z.object({
  thresholds: z.record(z.string(), z.number()),
  fit: ReplayFigures,
  held_out: ReplayFigures.nullable(),
});
export type FrontierPoint = z.infer<typeof FrontierPoint>;

export const OptimisationResult = z.object({
  /** Challenges for each 1,000 sessions that it may cost. */
  budget: z.number(),
  fit_sessions: z.number().int(),
  held_out_sessions: z.number().int(),
  /** Newer sessions are held out: what was fitted on the older ones is reported on them. */
  split_at: Instant,
  /** Only so many of the sessions with any risk were searched over; the figures are scaled to all. */
  sampled: z.boolean(),
  policies_tried: z.number().int(),
  /** Whether every combination of thresholds was tried. */
  exhaustive: z.boolean(),
  today: FrontierPoint,
  /** Null when no thresholds keep the budget, or none does better than today's. */
  proposal: FrontierPoint.extend({ policy: KeptDraft }).nullable(),
  /** Why there is no proposal, or what speaks against it. */
  note: z.string().nullable(),
  /** Least risk at each cost, from little friction to much. */
  frontier: z.array(FrontierPoint),
  /** What the setting had done with the proposal: the version that it made. */
  applied: z.object({ version: z.number().int(), on_trial: z.boolean() }).nullable(),
});
export type OptimisationResult = z.infer<typeof OptimisationResult>;

export const PolicyRun = z.object({
  id: PolicyRunId,
  kind: z.enum(['simulation', 'optimisation']),
  state: RunState,
  /** The job that does it; that of the newest try. Null for runs of before there were jobs. */
  job_id: JobId.nullable(),
  /** Sessions, or policies, that are done, of how many. */
  progress: z.object({ done: z.number().int(), total: z.number().int() }),
  /** E-mail address, or `system:{part}`. */
  asked_by: z.string(),
  asked_at: Instant,
  started_at: Instant.nullable(),
  ended_at: Instant.nullable(),
  /** What went wrong, when it failed. */
  problem: z.string().nullable(),
  /** The recorded days that it looks at. */
  from: Instant,
  to: Instant,
  /** The version in force when it was asked for: what "today" means in it. */
  base_version: z.number().int(),
  /** The draft that is tried; null when thresholds are searched. */
  policy: KeptDraft.nullable(),
  /** Of a search: challenges for each 1,000 sessions that it may cost; null for that of the settings. */
  friction_budget: z.number().nullable(),
  simulation: SimulationResult.nullable(),
  optimisation: OptimisationResult.nullable(),
});
export type PolicyRun = z.infer<typeof PolicyRun>;

/** A run as it is shown: with what keeps it from going on. */
export const ShownRun = PolicyRun.extend({
  /** What it waits for, in words; null while it goes on and when it is over. */
  waits_for: z.string().nullable(),
});
export type ShownRun = z.infer<typeof ShownRun>;
