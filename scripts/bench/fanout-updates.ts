// The updates of the fan-out bench, the same on both sides: the scores of so many sessions at each tick.
import type { SessionId, UserId } from '@verity/protocol/ids';
import type { RiskScore } from '@verity/protocol/risk/schemas';

const id = (index: number): string => `0190a5b2-7c3e-7000-8000-${String(index).padStart(12, '0')}`;

/** One score for each of `count` sessions. */
export function updatesOfTick(tick: number, count: number): RiskScore[] {
  const at = new Date().toISOString();
  return Array.from({ length: count }, (_, index) => ({
    session_id: id(index) as SessionId,
    user_id: id(1_000_000 + index) as UserId,
    risk_score: 12.3,
    log_odds: -1.964,
    band: 'low',
    model_state: 'ready',
    at,
    batch_seq: tick,
    contributions: (['keystroke', 'mouse', 'device', 'address'] as const).map((source) => ({
      source,
      value: 'typing rhythm like yours',
      weight: -0.4,
      log_odds: -0.491,
      observed_at: at,
    })),
  }));
}
