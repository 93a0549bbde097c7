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

/** `unread`: what the score of the session rests on could not be read. */
export function answerFor(session: Session, risk: RiskScore | null, unread = false): Answer {
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
  const { risk_score, band } = risk ?? session;
  if (risk_score === null || band === null) {
    return {
      title: 'Your session has no score yet',
      detail: 'The first comes from how you signed in, as a rule within a second.',
    };
  }
  return { title: `${TRUST[band]}: ${scoreText(risk_score)}`, detail: reasonFor(risk, unread) };
}

/** While the score is low, what speaks for the person; else what speaks against. */
function reasonFor(risk: RiskScore | null, unread: boolean): string {
  if (!risk) return unread ? 'Its reasons cannot be read now.' : 'Its reasons are being read.';
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
