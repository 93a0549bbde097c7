// When a person's model is worth training again.
import { describe, expect, it } from 'vitest';
import { MOST_WINDOWS } from '@verity/domain/risk/behaviour-model';
import { FIRST_WINDOWS, trainingDue } from './enrol';

const now = new Date('2026-01-31T00:00:00.000Z');
const trained = (windows: number, daysAgo = 0) => ({
  windows,
  trainedAt: new Date(now.getTime() - daysAgo * 86_400_000),
});

describe('trainingDue', () => {
  it('waits for enough windows, then for twice as many', () => {
    expect(trainingDue(FIRST_WINDOWS - 1, null, now)).toBe(false);
    expect(trainingDue(FIRST_WINDOWS, null, now)).toBe(true);
    expect(trainingDue(11, trained(6), now)).toBe(false);
    expect(trainingDue(12, trained(6), now)).toBe(true);
  });

  it('costs no more than a handful of trainings until a person is fully known', () => {
    let before: ReturnType<typeof trained> | null = null;
    let trainings = 0;
    for (let windows = 1; windows <= MOST_WINDOWS; windows++) {
      if (!trainingDue(windows, before, now)) continue;
      before = trained(windows);
      trainings++;
    }
    expect(trainings).toBe(7);
  });

  it('makes a model of a well-known person anew when it is a week old', () => {
    expect(trainingDue(MOST_WINDOWS, trained(MOST_WINDOWS, 6), now)).toBe(false);
    expect(trainingDue(MOST_WINDOWS, trained(MOST_WINDOWS, 7), now)).toBe(true);
  });
});
