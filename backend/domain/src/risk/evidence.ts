// How evidence of each source counts: its bounds, how fast it fades, and what a step-up does to it.
import type { Source } from '@verity/protocol/risk/schemas';

export interface EvidenceRule {
  /** Bounds of what the source may contribute, natural log-odds. */
  lowest: number;
  highest: number;
  /** After so long half of it is left. */
  halfLifeSeconds: number;
  /** Share of positive evidence that stays when the person proves again who they are. */
  keptAfterStepUp: number;
}

/** Log-odds of a session of which nothing is known: a score of 10. */
export const PRIOR_LOG_ODDS = -2.2;

const minutes = 60;
const hours = 3600;

/**
 * Sources of behaviour may rise far and sink little: a stranger who takes over a session starts near zero, not below a
 * mountain of the owner's good behaviour. What only a sign-in tells (device, address, hour) can never by itself reach
 * the band `high`: see the spec. docs/models/score.md gives the reasons for each line.
 */
export const EVIDENCE: Readonly<Record<Exclude<Source, 'prior'>, EvidenceRule>> = {
  keystroke: { lowest: -1.5, highest: 7, halfLifeSeconds: 5 * minutes, keptAfterStepUp: 0.1 },
  mouse: { lowest: -0.8, highest: 3.4, halfLifeSeconds: 5 * minutes, keptAfterStepUp: 0.1 },
  device: { lowest: -0.6, highest: 1.2, halfLifeSeconds: 2 * hours, keptAfterStepUp: 0.5 },
  address: { lowest: -0.4, highest: 1, halfLifeSeconds: 2 * hours, keptAfterStepUp: 0.5 },
  travel: { lowest: 0, highest: 2, halfLifeSeconds: hours, keptAfterStepUp: 0.3 },
  hour: { lowest: -0.2, highest: 0.6, halfLifeSeconds: hours, keptAfterStepUp: 0.5 },
  failed_logins: { lowest: 0, highest: 2.5, halfLifeSeconds: 15 * minutes, keptAfterStepUp: 0.3 },
  concurrent_sessions: {
    lowest: 0,
    highest: 1.2,
    halfLifeSeconds: 15 * minutes,
    keptAfterStepUp: 0.3,
  },
  replay: { lowest: 0, highest: 5, halfLifeSeconds: 30 * minutes, keptAfterStepUp: 0.5 },
  threat: { lowest: 0, highest: 2.5, halfLifeSeconds: 30 * minutes, keptAfterStepUp: 0.5 },
  step_up: { lowest: -3.5, highest: 2, halfLifeSeconds: 30 * minutes, keptAfterStepUp: 1 },
  verdict: { lowest: -2, highest: 8, halfLifeSeconds: 6 * hours, keptAfterStepUp: 1 },
};

/** What a passed check weighs, by how hard it is to pass for somebody else; used for the counterfactuals too. */
export const STEP_UP_WEIGHT = {
  passkey: -3.5,
  totp: -3,
  recovery_code: -2,
  password: -1.2,
} as const;
export type StepUpProof = keyof typeof STEP_UP_WEIGHT;

/** A check that the person could pass, as it is offered. */
export const CHECK_WORDS: Readonly<Record<StepUpProof, string>> = {
  passkey: 'a passkey check',
  totp: 'an authenticator check',
  recovery_code: 'a recovery code',
  password: 'giving your password again',
};
