// What stream:findings and stream:risk carry.
import { z } from 'zod';
import { Instant, SessionId, UserId } from '../ids';
import { StepUpMethod } from '../identity/schemas';
import { ModelState, RiskScore, Source } from './schemas';

/** One observation by a detector, a door or a person; replaces or adds to the evidence of its source. */
export const Observation = z.object({
  source: Source,
  value: z.string().max(300),
  /** Weight of evidence, natural log-odds; positive speaks for a stranger. */
  weight: z.number().min(-12).max(12),
  /** `add`: evidence accumulates within the source's bounds. `set`: the newest observation stands for the source. */
  mode: z.enum(['add', 'set']),
});
export type Observation = z.infer<typeof Observation>;

export const FindingMessage = z.object({
  session_id: SessionId,
  user_id: UserId,
  observed_at: Instant,
  /** Why it was made. A `batch` or `sweep` without observations only lets time pass. */
  cause: z.enum([
    'batch',
    'sign_in',
    'request',
    'threat',
    'failed_login',
    'concurrent',
    'replay',
    'step_up',
    'enrolment',
    'verdict',
    'sweep',
  ]),
  observations: z.array(Observation).max(20),
  model_state: ModelState.optional(),
  /** The strongest way in which the person can prove who they are: what a counterfactual may propose. */
  best_proof: StepUpMethod.optional(),
  batch_seq: z.number().int().optional(),
});
export type FindingMessage = z.infer<typeof FindingMessage>;

export const RiskMessage = RiskScore.extend({ cause: FindingMessage.shape.cause });
export type RiskMessage = z.infer<typeof RiskMessage>;
