// The score of a session: weights of evidence in log-odds, added to a prior and fading towards it.
import type { SessionId, UserId } from '@verity/protocol/ids';
import type { FindingMessage, Observation } from '@verity/protocol/risk/messages';
import {
  BAND_FLOOR,
  type Band,
  type Contribution,
  type ModelState,
  type RiskScore,
  type Source,
} from '@verity/protocol/risk/schemas';
import { clamp } from '../kernel/maths';
import {
  CHECK_WORDS,
  EVIDENCE,
  PRIOR_LOG_ODDS,
  STEP_UP_WEIGHT,
  type StepUpProof,
} from './evidence';
import { OWN_WINDOW } from './own-window';

type Evidence = Exclude<Source, 'prior'>;

interface Held {
  /** Log-odds at the time `at`. */
  weight: number;
  /** Epoch ms. */
  at: number;
  value: string;
}

/** What is remembered of a session's evidence. JSON, about 1 kB. */
export interface RiskState {
  sessionId: SessionId;
  userId: UserId;
  /** Epoch ms of the session's first finding. */
  since: number;
  evidence: Partial<Record<Evidence, Held>>;
  modelState: ModelState;
  /** The strongest way in which the person can prove who they are, as last heard. */
  bestProof?: StepUpProof;
  batchSeq?: number;
}

export const initialRisk = (sessionId: SessionId, userId: UserId, now: Date): RiskState => ({
  sessionId,
  userId,
  since: now.getTime(),
  evidence: {},
  modelState: 'learning',
});

/**
 * Log-odds are kept on a grid of 1/1024. On it every sum of contributions is exact in binary floating point, in any
 * order: who adds up the parts that were shown gets the log-odds that were shown, to the last bit.
 */
const onGrid = (logOdds: number): number => Math.round(logOdds * 1024) / 1024 + 0;

const PRIOR = onGrid(PRIOR_LOG_ODDS);

/** 100 / (1 + exp(-L)). */
export const scoreOf = (logOdds: number): number => 100 / (1 + Math.exp(-logOdds));

/** By this number a policy judges what has not been scored yet. */
export const PRIOR_SCORE = scoreOf(PRIOR);

export function bandOf(score: number): Band {
  if (score >= BAND_FLOOR.critical) return 'critical';
  if (score >= BAND_FLOOR.high) return 'high';
  return score >= BAND_FLOOR.medium ? 'medium' : 'low';
}

/** What is left of a weight after so long. Time that runs backwards changes nothing. */
function faded(source: Evidence, held: Held, nowMs: number): number {
  const seconds = Math.max(0, nowMs - held.at) / 1000;
  return held.weight * 2 ** (-seconds / EVIDENCE[source].halfLifeSeconds);
}

function observe(evidence: RiskState['evidence'], seen: Observation, atMs: number): void {
  if (seen.source === 'prior') return;
  const rule = EVIDENCE[seen.source];
  const before = evidence[seen.source];
  const left = seen.mode === 'add' && before ? faded(seen.source, before, atMs) : 0;
  const weight = clamp(left + seen.weight, rule.lowest, rule.highest);
  // One window that speaks the other way must not put its words to a bar that it hardly moved.
  const opposed = before !== undefined && left !== 0 && seen.weight * weight < 0;
  evidence[seen.source] = {
    weight,
    at: Math.max(atMs, before?.at ?? 0),
    value: opposed ? before.value : seen.value,
  };
}

/** Proof of identity speaks against what was held against the person until then. */
function forgive(evidence: RiskState['evidence']): void {
  for (const [source, held] of Object.entries(evidence) as [Evidence, Held][]) {
    if (held.weight > 0 && source !== 'step_up') {
      evidence[source] = { ...held, weight: held.weight * EVIDENCE[source].keptAfterStepUp };
    }
  }
}

const provesIdentity = ({
  cause,
  observations,
}: Pick<FindingMessage, 'cause' | 'observations'>): boolean =>
  cause === 'step_up' && observations.some(({ weight }) => weight < 0);

/** The state after a finding. The state passed in is left as it was. */
export function applyFinding(
  state: RiskState,
  finding: Pick<
    FindingMessage,
    'observed_at' | 'observations' | 'cause' | 'model_state' | 'best_proof' | 'batch_seq'
  >,
): RiskState {
  const atMs = Date.parse(finding.observed_at);
  const evidence = { ...state.evidence };
  if (provesIdentity(finding)) {
    forgive(evidence);
  }
  for (const seen of finding.observations) observe(evidence, seen, atMs);
  const batchSeq = finding.batch_seq ?? state.batchSeq;
  const bestProof = finding.best_proof ?? state.bestProof;
  return {
    ...state,
    evidence,
    modelState: finding.model_state ?? state.modelState,
    ...(bestProof === undefined ? {} : { bestProof }),
    ...(batchSeq === undefined ? {} : { batchSeq }),
  };
}

/** The score at `now` with every contribution, the prior first and then by size, and what would change each. */
export function scoreSession(state: RiskState, now: Date): RiskScore {
  const nowMs = now.getTime();
  const contributions: Contribution[] = [
    {
      source: 'prior',
      value: 'any session before anything is known of it',
      weight: PRIOR,
      log_odds: PRIOR,
      observed_at: new Date(state.since).toISOString(),
    },
  ];
  let logOdds = PRIOR;
  for (const [source, held] of Object.entries(state.evidence) as [Evidence, Held][]) {
    const left = onGrid(faded(source, held, nowMs));
    if (left === 0) continue;
    logOdds += left;
    contributions.push({
      source,
      value: held.value,
      weight: onGrid(held.weight),
      log_odds: left,
      observed_at: new Date(held.at).toISOString(),
    });
  }
  contributions.sort(bySize);
  const way = state.bestProof ?? 'totp';
  const check: Check = {
    action: CHECK_WORDS[way],
    logOdds: logOddsAfter(state, provenNow(way, now), nowMs),
  };
  for (const part of contributions) {
    if (part.source === 'prior') continue;
    part.counterfactual = counterfactual(state, part, logOdds, check, nowMs);
  }
  const score = scoreOf(logOdds);
  return {
    session_id: state.sessionId,
    user_id: state.userId,
    risk_score: score,
    log_odds: logOdds,
    band: bandOf(score),
    contributions,
    model_state: state.modelState,
    at: now.toISOString(),
    ...(state.batchSeq === undefined ? {} : { batch_seq: state.batchSeq }),
  };
}

function bySize(a: Contribution, b: Contribution): number {
  if (a.source === 'prior' || b.source === 'prior') return a.source === 'prior' ? -1 : 1;
  return Math.abs(b.log_odds) - Math.abs(a.log_odds);
}

const provenNow = (way: StepUpProof, now: Date): Parameters<typeof applyFinding>[1] => ({
  cause: 'step_up',
  observed_at: now.toISOString(),
  observations: [
    { source: 'step_up', mode: 'set', weight: STEP_UP_WEIGHT[way], value: CHECK_WORDS[way] },
  ],
});

function logOddsAfter(
  state: RiskState,
  finding: Parameters<typeof applyFinding>[1],
  nowMs: number,
): number {
  return sumOf(applyFinding(state, finding).evidence, nowMs);
}

function sumOf(evidence: RiskState['evidence'], atMs: number): number {
  let sum = PRIOR;
  for (const [source, held] of Object.entries(evidence) as [Evidence, Held][]) {
    sum += onGrid(faded(source, held, atMs));
  }
  return sum;
}

/** What tells of a person who goes on as themselves, and for how long they do. */
type Behaviour = keyof typeof OWN_WINDOW;
const GOES_ON_MS = 30_000;

/** Whether going on as oneself would be heard: the mouse model of somebody whom no model knows yet whispers. */
export const isHeard = (
  state: Pick<RiskState, 'modelState'>,
  source: Source,
): source is Behaviour =>
  source === 'keystroke' || (source === 'mouse' && state.modelState === 'ready');

export const behaviourAction = (source: Behaviour): string =>
  `${GOES_ON_MS / 1000} more seconds of ${source === 'keystroke' ? 'typing' : 'mouse movement'} like yours`;

/** Log-odds after it: window upon window like the owner's, and what the time itself takes away. */
export function logOddsAfterBehaviour(state: RiskState, source: Behaviour, nowMs: number): number {
  const { weight, seconds } = OWN_WINDOW[source];
  const evidence = { ...state.evidence };
  for (let passed = seconds * 1000; passed <= GOES_ON_MS; passed += seconds * 1000) {
    observe(evidence, { source, mode: 'add', weight, value: '' }, nowMs + passed);
  }
  return sumOf(evidence, nowMs + GOES_ON_MS);
}

/** The proof that the person could give now. */
interface Check {
  action: string;
  /** Of the session after it. */
  logOdds: number;
}

/** One tenth of a point is as fine as a person can use it. */
const shown = (logOdds: number): number => Math.round(scoreOf(logOdds) * 10) / 10;

function counterfactual(
  state: RiskState,
  part: Contribution,
  logOdds: number,
  check: Check,
  nowMs: number,
): { action: string; score: number } {
  const { source } = part;
  if (part.log_odds < 0) return { action: 'without this', score: shown(logOdds - part.log_odds) };
  if (isHeard(state, source)) {
    const after = logOddsAfterBehaviour(state, source, nowMs);
    // The milder way is named when it is enough to leave the band, or when there is no band to leave.
    const band = bandOf(scoreOf(logOdds));
    if (band !== 'low' && bandOf(scoreOf(after)) === band)
      return { action: check.action, score: shown(check.logOdds) };
    return { action: behaviourAction(source), score: shown(after) };
  }
  return source === 'step_up' || source === 'verdict'
    ? { action: 'without this', score: shown(logOdds - part.log_odds) }
    : { action: check.action, score: shown(check.logOdds) };
}
