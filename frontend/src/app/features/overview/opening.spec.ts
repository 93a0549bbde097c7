// Specs of the overview's opening sentence.
import { describe, expect, it } from 'vitest';
import type { Overview } from '../../core/wire';
import { opening } from './opening';

const overview = (sessions: number, open_alerts: number): Overview =>
  ({ sessions: Array.from({ length: sessions }), open_alerts }) as unknown as Overview;

describe('opening', () => {
  it.each([
    [0, 0, 'Nothing needs you now'],
    [1, 0, '1 session needs you'],
    [2, 0, '2 sessions need you'],
    [0, 1, '1 alert needs you'],
    [1, 1, '1 session and 1 alert need you'],
  ])('of %i sessions and %i alerts is "%s"', (sessions, alerts, sentence) => {
    expect(opening(overview(sessions, alerts))).toBe(sentence);
  });

  it('counts the appeals that wait for an answer too', () => {
    expect(opening(overview(0, 0), 1)).toBe('1 appeal needs you');
    expect(opening(overview(1, 2), 3)).toBe('1 session, 2 alerts and 3 appeals need you');
  });
});
