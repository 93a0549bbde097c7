// The course of a score, thinned for a screen.
import { describe, expect, it } from 'vitest';
import type { SessionId } from '@verity/protocol/ids';
import { peaksOf } from './risk-course';

const points = (count: number, risk: (index: number) => number) =>
  Array.from({ length: count }, (_, index) => ({
    id: String(index),
    sessionId: 's' as SessionId,
    at: new Date(1_000_000 + index * 1000),
    riskScore: risk(index),
    band: 'low' as const,
  }));

describe('the course of a score', () => {
  it('is whole when it is short', () => {
    expect(peaksOf(points(300, () => 5))).toHaveLength(300);
    expect(peaksOf([])).toEqual([]);
  });

  it('keeps every peak and the newest point when it is long', () => {
    const course = peaksOf(points(3600, (index) => (index % 600 === 599 ? 90 : 10)));
    expect(course.length).toBeLessThanOrEqual(361);
    expect(course.filter(({ risk_score }) => risk_score === 90)).toHaveLength(6);
    expect(course.at(-1)?.at).toBe(new Date(1_000_000 + 3599 * 1000).toISOString());
    const times = course.map(({ at }) => at);
    expect(times).toEqual(times.toSorted());
  });
});
