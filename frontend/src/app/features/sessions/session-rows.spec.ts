// Specs of the live list's rules.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RiskScore, Session } from '../../core/wire';
import { KEPT_SCORES, type Row, fits, inOrder, inPlace, toRow, withScore } from './session-rows';

const at = '2026-01-01T00:00:00.000Z';
const session = (id: string, risk_score: number | null): Session =>
  ({ id, risk_score, band: 'low', state: 'active', last_seen_at: at, started_at: at }) as Session;
const row = (id: string, score: number): Row => toRow(session(id, score));
const ids = (rows: readonly Row[]) => rows.map(({ session: { id } }) => id);

describe('inOrder', () => {
  it('puts the highest risk first and breaks ties by id', () => {
    expect(ids(inOrder([row('c', 5), row('a', 5), row('b', 90)], 'risk'))).toEqual(['b', 'a', 'c']);
  });

  it('puts what is not scored yet last, and draws no score for it', () => {
    const fresh = toRow(session('a', null));
    expect(ids(inOrder([fresh, row('b', 0.1)], 'risk'))).toEqual(['b', 'a']);
    expect(fresh.scores).toEqual([]);
  });

  it('gives one order whatever order the rows came in', () => {
    const rows = fc.uniqueArray(fc.tuple(fc.uuid(), fc.integer({ min: 0, max: 5 })), {
      selector: ([id]) => id,
    });
    fc.assert(
      fc.property(rows, (pairs) => {
        const made = pairs.map(([id, score]) => row(id, score));
        expect(ids(inOrder([...made].reverse(), 'risk'))).toEqual(ids(inOrder(made, 'risk')));
      }),
    );
  });
});

describe('inPlace', () => {
  it('keeps rows where they are while what they show changes', () => {
    const shown = [row('a', 1), row('b', 2)];
    const now = new Map([
      ['a', row('a', 99)],
      ['b', row('b', 3)],
      ['c', row('c', 50)],
    ]);
    const placed = inPlace(shown, now);
    expect(ids(placed)).toEqual(['a', 'b']);
    expect(placed[0]?.session.risk_score).toBe(99);
  });
});

describe('withScore', () => {
  it('takes the score and keeps a bounded history', () => {
    let one = row('a', 0);
    for (let score = 1; score <= 100; score++) {
      one = withScore(one, { risk_score: score, band: 'high', at } as RiskScore);
    }
    expect(one.scores).toHaveLength(KEPT_SCORES);
    expect(one.scores.at(-1)).toBe(100);
    expect(one.session.band).toBe('high');
  });
});

describe('fits', () => {
  it('counts every state in which a session still lives as live', () => {
    const asked = toRow({ ...session('a', 1), state: 'step_up' });
    const gone = toRow({ ...session('b', 1), state: 'terminated' });
    expect(fits(asked, { state: 'live', band: undefined })).toBe(true);
    expect(fits(gone, { state: 'live', band: undefined })).toBe(false);
    expect(fits(asked, { state: 'live', band: 'high' })).toBe(false);
  });
});
