// What would change a score: proof of identity, more behaviour like the owner's, or one part less. Found by scoring again.
import type { RiskScore, Source } from '@verity/protocol/risk/schemas';
import type { WhatIf } from '@verity/protocol/risk/why-routes';
import { STEP_UP_WEIGHT, type StepUpProof } from './evidence';
import { OWN_WINDOW } from './own-window';
import { applyFinding, bandOf, scoreOf, scoreSession, type RiskState } from './score';
import { stepUpSignal } from './signals';

/** How long the person goes on as themselves. */
const BEHAVIOUR_SECONDS = 30;
/** Log-odds below which taking a part away changes nothing that a person could see. */
const TELLING = 0.05;

const BEHAVIOUR = { keystroke: 'typing', mouse: 'mouse movement' } as const;

/** The evidence behind a score, so that it can be scored again. Weights come back as they were shown. */
export function stateOf(risk: RiskScore): RiskState {
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
    modelState: risk.model_state,
  };
}

/**
 * Everything that would lower the score as it stood at `risk.at`, the greatest change first. `proofs` are the ways that
 * the person has to prove who they are, by the words that they are offered in.
 */
export function whatIfs(
  risk: RiskScore,
  proofs: readonly { method: StepUpProof; action: string }[],
): WhatIf[] {
  const state = stateOf(risk);
  const found = [
    ...proofs
      .filter(({ method }) => method in STEP_UP_WEIGHT)
      .map(({ method, action }) => what('proof', action, afterProof(state, method, risk.at))),
    ...(['keystroke', 'mouse'] as const)
      .filter((source) => source === 'keystroke' || source in state.evidence)
      .map((source) =>
        what(
          'behaviour',
          `${BEHAVIOUR_SECONDS} more seconds of ${BEHAVIOUR[source]} like yours`,
          afterBehaviour(state, source, risk.at),
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

function afterProof(state: RiskState, method: StepUpProof, at: string): number {
  const finding = {
    cause: 'step_up' as const,
    observed_at: at,
    observations: [stepUpSignal(method)],
  };
  return scoreSession(applyFinding(state, finding), new Date(at)).risk_score;
}

/** Windows like the owner's, one after the other, and what the time itself takes away. */
function afterBehaviour(
  state: RiskState,
  source: Extract<Source, 'keystroke' | 'mouse'>,
  at: string,
): number {
  const { weight, seconds } = OWN_WINDOW[source];
  const from = Date.parse(at);
  let then = state;
  for (let passed = seconds; passed <= BEHAVIOUR_SECONDS; passed += seconds) {
    then = applyFinding(then, {
      cause: 'batch',
      observed_at: new Date(from + passed * 1000).toISOString(),
      observations: [{ source, mode: 'add', weight, value: 'like yours' }],
    });
  }
  return scoreSession(then, new Date(from + BEHAVIOUR_SECONDS * 1000)).risk_score;
}
