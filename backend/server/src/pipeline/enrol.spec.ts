// When a person's model is worth training again.
import { describe, expect, it } from 'vitest';
import { kindOf } from '@verity/domain/risk/model-kinds';
import { trainingDue } from './enrol';

const kind = kindOf('keystroke');
const sizes = kind.windows;
const due = (windows: number, before: ReturnType<typeof trained> | null): boolean =>
  trainingDue(windows, before, now, kind);
const now = new Date('2026-01-31T00:00:00.000Z');
const trained = (windows: number, daysAgo = 0) => ({
  windows,
  trainedAt: new Date(now.getTime() - daysAgo * 86_400_000),
});

describe('trainingDue', () => {
  it('waits for enough windows, then for twice as many', () => {
    expect(due(sizes.first - 1, null)).toBe(false);
    expect(due(sizes.first, null)).toBe(true);
    expect(due(11, trained(6))).toBe(false);
    expect(due(12, trained(6))).toBe(true);
  });

  it('costs no more than a handful of trainings until a person is fully known', () => {
    let before: ReturnType<typeof trained> | null = null;
    let trainings = 0;
    for (let windows = 1; windows <= sizes.most; windows++) {
      if (!due(windows, before)) continue;
      before = trained(windows);
      trainings++;
    }
    expect(trainings).toBe(8);
  });

  it('makes a model of a well-known person anew when it is a week old or there is much that is new', () => {
    expect(due(sizes.most, trained(sizes.most, 7))).toBe(false);
    expect(due(sizes.most + 1, trained(sizes.most, 6))).toBe(false);
    expect(due(sizes.most + 1, trained(sizes.most, 7))).toBe(true);
    expect(due(sizes.most + sizes.every, trained(sizes.most))).toBe(true);
  });
});
