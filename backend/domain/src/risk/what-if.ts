// What would change a score: proof of identity, more behaviour like the owner's, or one part less. Found by scoring again.
import type { PastScore } from '@verity/protocol/risk/schemas';
import type { WhatIf } from '@verity/protocol/risk/why-routes';
import { CHECK_WORDS, type StepUpProof } from './evidence';
import {
  applyFinding,
  bandOf,
  behaviourAction,
  isHeard,
  logOddsAfterBehaviour,
  scoreOf,
  scoreSession,
  type RiskState,
} from './score';
import { stepUpSignal } from './signals';

/** Log-odds below which taking a part away changes nothing that a person could see. */
const TELLING = 0.05;

/** The evidence behind a score, so that it can be scored again. Weights come back as they were shown. */
export function stateOf(risk: PastScore): RiskState {
  const evidence: RiskState['evidence'] = {};
  for (const { source, weight, value, observed_at } of risk.contributions) {
    if (source !== 'prior') evidence[source] = { weight, value, at: Date.parse(observed_at) };
  }
  const at = Date.parse(risk.at);
  return {
    sessionId: risk.session_id,
    userId: risk.user_id,
    since: at,
    evidence,
    // Nothing is promised of a model of which it is not known how far it was.
    modelState: risk.model_state ?? 'learning',
  };
}

/** What a person could do about their score. */
export interface Ways {
  /** In which they can prove who they are. */
  proofs: readonly StepUpProof[];
  /** Whether a model knows how they type; where none does, typing on changes nothing. */
  typing: boolean;
}

/** Everything that would lower the score as it stood at `risk.at`, the greatest change first. */
export function whatIfs(risk: PastScore, { proofs, typing }: Ways): WhatIf[] {
  const state = stateOf(risk);
  const found = [
    ...proofs.map((proof) => what('proof', CHECK_WORDS[proof], afterProof(state, proof, risk.at))),
    ...(['keystroke', 'mouse'] as const)
      .filter(
        (source) =>
          isHeard(state, source) &&
          (source in state.evidence || (source === 'keystroke' && typing)),
      )
      .map((source) =>
        what(
          'behaviour',
          behaviourAction(source),
          scoreOf(logOddsAfterBehaviour(state, source, Date.parse(risk.at))),
        ),
      ),
    ...risk.contributions
      .filter(({ source, log_odds }) => source !== 'prior' && log_odds > TELLING)
      .map(({ value, log_odds }) =>
        what('without', `without "${value}"`, scoreOf(risk.log_odds - log_odds)),
      ),
  ];
  return found
    .filter(({ score }) => score < risk.risk_score - 0.05)
    .sort((a, b) => a.score - b.score);
}

/** One tenth of a point is as fine as a person can use it. */
function what(kind: WhatIf['kind'], action: string, score: number): WhatIf {
  return { kind, action, score: Math.round(score * 10) / 10, band: bandOf(score) };
}

function afterProof(state: RiskState, proof: StepUpProof, at: string): number {
  const finding = {
    cause: 'step_up' as const,
    observed_at: at,
    observations: [stepUpSignal(proof)],
  };
  return scoreSession(applyFinding(state, finding), new Date(at)).risk_score;
}
