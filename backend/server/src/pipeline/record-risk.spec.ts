// How scores are thinned before they are stored.
import { describe, expect, it } from 'vitest';
import { bandOf } from '@verity/domain/risk/score';
import type { MessageId, SessionId, UserId } from '@verity/protocol/ids';
import type { RiskMessage } from '@verity/protocol/risk/messages';
import { gatherMs, thin } from './record-risk';

const start = Date.parse('2096-01-01T12:00:00.000Z');
const message = (second: number, score: number, cause: RiskMessage['cause'] = 'batch') => ({
  message_id: `m${second}` as MessageId,
  payload: {
    session_id: 's' as SessionId,
    user_id: 'u' as UserId,
    risk_score: score,
    log_odds: 0,
    band: bandOf(score),
    contributions: [],
    model_state: 'ready' as const,
    at: new Date(start + second * 1000).toISOString(),
    cause,
  },
});

describe('thin', () => {
  it('keeps a point when the rounded score changes, and one a minute when it does not', () => {
    const quiet = Array.from({ length: 125 }, (_, second) => message(second, 10.2));
    expect(thin(quiet, new Map()).points.map(({ id }) => id)).toEqual(['m0', 'm60', 'm120']);
    const moving = [message(0, 10), message(1, 10.4), message(2, 10.6), message(3, 12)];
    expect(thin(moving, new Map()).points.map(({ id }) => id)).toEqual(['m0', 'm2', 'm3']);
  });

  it('goes on from what it remembers', () => {
    const first = thin([message(0, 10)], new Map());
    expect(thin([message(1, 10)], first.seen).points).toEqual([]);
    expect(thin([message(61, 10)], first.seen).points).toHaveLength(1);
  });

  it('notes a sign of life every quarter of a minute, and at once when the band changes', () => {
    const first = thin([message(0, 10)], new Map());
    expect(first.notes).toHaveLength(1);
    expect(thin([message(5, 10)], first.seen).notes).toEqual([]);
    expect(thin([message(5, 70)], first.seen).notes[0]?.band).toBe('high');
    expect(thin([message(15, 10)], first.seen).notes[0]?.at).toEqual(new Date(start + 15_000));
  });

  it('notes every critical score, since any of them may end the session', () => {
    const first = thin([message(0, 84)], new Map());
    expect(thin([message(5, 97)], first.seen).notes[0]?.riskScore).toBe(97);
    expect(thin([message(5, 84)], first.seen).notes).toEqual([]);
  });

  it('never takes the passing of time for a sign of life', () => {
    const first = thin([message(0, 10)], new Map());
    const [note] = thin([message(30, 10, 'sweep')], first.seen).notes;
    expect(note?.at).toEqual(new Date(start));
    expect(thin([message(0, 10, 'sweep')], new Map()).notes).toEqual([]);
  });
});

describe('gatherMs', () => {
  it('gathers what is new, and does not keep messages waiting that are delivered again one by one', () => {
    expect(gatherMs([{ retry_count: 0 }, { retry_count: 0 }])).toBe(1_000);
    expect(gatherMs([{ retry_count: 1 }])).toBe(0);
  });
});
