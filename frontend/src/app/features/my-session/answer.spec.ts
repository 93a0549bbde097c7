// Specs of the sentence that My session opens with.
import { describe, expect, it } from 'vitest';
import type { RiskScore, Session } from '../../core/wire';
import { answerFor } from './answer';

const at = '2026-01-01T00:00:00.000Z';
const session = { state: 'active', state_reason: null, risk_score: 12, band: 'low' } as Session;
const risk = (contributions: RiskScore['contributions']): RiskScore => ({
  session_id: 's',
  user_id: 'u',
  risk_score: 12,
  log_odds: -2,
  band: 'low',
  contributions,
  model_state: 'ready',
  at,
});

describe('answerFor', () => {
  it('says trusted and the score, then the strongest reason', () => {
    const answer = answerFor(
      session,
      risk([
        { source: 'prior', value: 'start', weight: -4, log_odds: -4, observed_at: at },
        { source: 'device', value: 'known device', weight: -1, log_odds: -1, observed_at: at },
        { source: 'mouse', value: 'moves unlike you', weight: 0.2, log_odds: 0.2, observed_at: at },
      ]),
    );
    expect(answer.title).toBe('Your session is trusted: 12');
    expect(answer.detail).toBe('What speaks most for you: device (known device).');
  });

  it('asks for proof before anything else', () => {
    const asked = { ...session, state: 'step_up', state_reason: 'The typing changed.' } as Session;
    expect(answerFor(asked, null).detail).toBe('The typing changed.');
  });

  it('calls nobody trusted before the first score', () => {
    const fresh = { ...session, risk_score: null, band: null };
    expect(answerFor(fresh, null).title).toBe('Your session has no score yet');
    expect(answerFor(fresh, risk([])).title).toBe('Your session is trusted: 12');
  });

  it('says the score when its reasons could not be read', () => {
    expect(answerFor(session, null, true)).toEqual({
      title: 'Your session is trusted: 12',
      detail: 'Its reasons cannot be read now.',
    });
  });
});
