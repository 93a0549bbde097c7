// The sentence with which My session opens: what a worried person wants to know first.
import { scoreText } from '../../core/format';
import type { Band, RiskScore, Session } from '../../core/wire';
import { SOURCE } from '../../ui/labels';

const TRUST = {
  low: 'Your session is trusted',
  medium: 'Your session looks a little unusual',
  high: 'Your session looks unusual',
  critical: 'Your session does not look like you',
} as const satisfies Record<Band, string>;

export interface Answer {
  title: string;
  detail: string;
}

/** `unread`: the score of the session is known, what it rests on could not be read. */
export function answerFor(session: Session, risk: RiskScore | null, unread = false): Answer {
  const score = scoreText(risk?.risk_score ?? session.risk_score);
  if (session.state === 'step_up') {
    return {
      title: 'Verity asks you to prove again that it is you',
      detail: session.state_reason ?? 'Something about this session is unusual.',
    };
  }
  if (session.state === 'restricted') {
    return {
      title: 'Your session is restricted for now',
      detail: `${session.state_reason ?? ''} You can read; proving who you are lifts it.`.trim(),
    };
  }
  const band = risk?.band ?? session.band;
  const detail = !risk && unread ? 'Its reasons cannot be read now.' : reasonFor(risk);
  return { title: `${TRUST[band]}: ${score}`, detail };
}

/** While the score is low, what speaks for the person; else what speaks against. */
function reasonFor(risk: RiskScore | null): string {
  if (!risk) return 'The first score comes with your first seconds of typing or movement.';
  const evidence = risk.contributions.filter(
    ({ source, log_odds }) => source !== 'prior' && log_odds > 0 === (risk.band !== 'low'),
  );
  const strongest = evidence.reduce<(typeof evidence)[number] | undefined>(
    (best, one) => (best && Math.abs(best.log_odds) >= Math.abs(one.log_odds) ? best : one),
    undefined,
  );
  if (!strongest || Math.abs(strongest.log_odds) < 0.05) return 'Nothing weighs much yet.';
  const direction = strongest.log_odds > 0 ? 'What raises it most' : 'What speaks most for you';
  return `${direction}: ${SOURCE[strongest.source].toLowerCase()} (${strongest.value}).`;
}
