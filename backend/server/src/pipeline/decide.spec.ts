// The decide stage's rule: what is published, and when an unchanged decision is worth a word.
import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '@verity/domain/policy/default-policy';
import { bandOf } from '@verity/domain/risk/score';
import type { Policy } from '@verity/protocol/policy/schemas';
import type { SessionId, UserId } from '@verity/protocol/ids';
import type { RiskMessage } from '@verity/protocol/risk/messages';
import { decideSession, type Remembered } from './decide';

const policy: Policy = {
  ...DEFAULT_POLICY,
  version: 1,
  report_only: false,
  trial_ended_at: null,
  author: 'system',
  reason: 'default',
  created_at: '2026-01-01T00:00:00.000Z',
  changes: [],
};
const start = Date.parse('2096-01-01T12:00:00.000Z');
const at = (seconds: number): Date => new Date(start + seconds * 1000);
const session = {
  role: 'user',
  groups: [] as string[],
  deviceTrusted: true,
  totpEnrolled: true,
  passkeyEnrolled: false,
  stepUpAt: null,
} as const;
const risk = (score: number): RiskMessage => ({
  session_id: '01890000-0000-7000-8000-000000000001' as SessionId,
  user_id: '01890000-0000-7000-8000-000000000002' as UserId,
  risk_score: score,
  log_odds: 0,
  band: bandOf(score),
  contributions: [],
  model_state: 'ready',
  at: at(0).toISOString(),
  cause: 'batch',
});

/** Plays scores, one a second, and answers what was published. */
function play(scores: number[], inForce = policy, from: Remembered | null = null) {
  let before = from;
  return scores.map((score, second) => {
    const { remembered, message } = decideSession(
      { current: inForce, trial: null },
      risk(score),
      session,
      before,
      at(second),
    );
    before = remembered;
    return message && `${message.change} ${message.effect}`;
  });
}

describe('decideSession', () => {
  it('says once that a new session is under the policy, then nothing while nothing changes', () => {
    expect(play([10, 11, 12])).toEqual(['policy allow', null, null]);
  });

  it('says each change of effect at once, and of the band where the effect stays', () => {
    expect(play([10, 40, 65, 96])).toEqual([
      'policy allow',
      'band allow',
      'effect step_up',
      'effect terminate',
    ]);
  });

  it('says an unchanged decision once a minute', () => {
    const said = play(new Array<number>(130).fill(10));
    expect(said.flatMap((each, second) => (each ? [second] : []))).toEqual([0, 60, 120]);
    expect(said[60]).toBe('summary allow');
  });

  it('judges again when another version is in force', () => {
    const { remembered } = decideSession(
      { current: policy, trial: null },
      risk(10),
      session,
      null,
      at(0),
    );
    expect(play([10, 10], { ...policy, version: 2 }, remembered)).toEqual(['policy allow', null]);
  });

  it('names the band before, and none for the first score', () => {
    const inForce = { current: policy, trial: null };
    const first = decideSession(inForce, risk(40), session, null, at(0));
    expect(first.message).toMatchObject({ band: 'medium', previous_band: null });
    const second = decideSession(inForce, risk(65), session, first.remembered, at(1));
    expect(second.message).toMatchObject({ band: 'high', previous_band: 'medium' });
  });

  it('names the effect before, so that enforcement knows what to take back', () => {
    const { remembered } = decideSession(
      { current: policy, trial: null },
      risk(65),
      session,
      null,
      at(0),
    );
    const proved = { ...session, stepUpAt: at(5).getTime() };
    const { message } = decideSession(
      { current: policy, trial: null },
      risk(10),
      proved,
      remembered,
      at(6),
    );
    expect(message).toMatchObject({
      effect: 'allow',
      previous_effect: 'step_up',
      change: 'effect',
    });
  });
});
