// What happened to a person, in words: the sentences with which "why me" opens.
import type { PastScore } from '@verity/protocol/risk/schemas';
import type { Why } from '@verity/protocol/risk/why-routes';
import { DecisionId } from '@verity/protocol/ids';
import type { SessionState } from '@verity/protocol/identity/schemas';
import type { Effect } from '@verity/protocol/policy/schemas';
import type { DecisionRecord } from '@verity/domain/policy/ports';
import { presentDecision } from './present';
import type { Subject } from './why';

const DECIDED: Record<Effect, string> = {
  allow: 'Your session got its rights back',
  step_up: 'You were asked to prove again that it is you',
  restrict: 'Your session could only read',
  terminate: 'Your session was ended',
};

const STANDS: Record<SessionState, string> = {
  active: 'Your session goes on',
  step_up: 'You are asked to prove again that it is you',
  restricted: 'Your session can only read for now',
  terminated: 'Your session was ended',
  logged_out: 'You signed out of this session',
  expired: 'This session has expired',
};

export const decidedInWords = ({ effect }: Pick<DecisionRecord, 'effect'>): string =>
  DECIDED[effect];

export const reasonInWords = ({ risk_score, reasons, rule_name }: DecisionRecord): string =>
  `The risk was ${Math.round(risk_score)} of 100${
    reasons.length > 0 ? `: ${reasons.join('; ')}` : ''
  }. The rule "${rule_name}" decided.`;

export function whatHappened(
  kind: Why['kind'],
  { decision, alert, session }: Subject,
): Pick<Why, 'title' | 'reason' | 'at'> {
  if (kind === 'decision' && decision) {
    return {
      title: DECIDED[decision.effect],
      reason: reasonInWords(decision),
      at: decision.at.toISOString(),
    };
  }
  if (alert) {
    return { title: alert.title, reason: alert.description, at: alert.created_at };
  }
  return {
    title: session ? STANDS[session.state] : 'Your session',
    reason: session?.stateReason ?? 'Nothing was taken from it.',
    at: (session?.endedAt ?? session?.lastSeenAt ?? new Date(0)).toISOString(),
  };
}

export const presentOwnDecision = (decision: DecisionRecord, device: string | null) => ({
  ...presentDecision(decision),
  id: DecisionId.parse(decision.id),
  device_label: device,
});

/** The score as it was decided upon; null when its evidence was not kept. */
export function riskOfThen(decision: DecisionRecord): PastScore | null {
  const { contributions, model_state } = decision;
  if (!contributions || contributions.length === 0) return null;
  return {
    session_id: decision.session_id,
    user_id: decision.user_id,
    risk_score: decision.risk_score,
    log_odds: contributions.reduce((sum, { log_odds }) => sum + log_odds, 0),
    band: decision.band,
    contributions,
    ...(model_state ? { model_state } : {}),
    at: decision.at.toISOString(),
  };
}
