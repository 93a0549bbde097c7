// When a checkpoint is due for the chain.
import { expect, it } from 'vitest';
import { isDue } from './freeze-checkpoint';

const frozen_at = '2030-01-01T12:00:00.000Z';
const after = (seconds: number) => new Date(Date.parse(frozen_at) + seconds * 1000);
const limits = { entries: 100, seconds: 300 };
const newest = { size: 1_000, frozen_at };

it('is due at once for the first entries, and never for none', () => {
  expect(isDue(null, 1, limits, after(0))).toBe(true);
  expect(isDue(null, 0, limits, after(0))).toBe(false);
});

it('is due after so many entries, or so much time with any new entry', () => {
  expect(isDue(newest, 1_099, limits, after(299))).toBe(false);
  expect(isDue(newest, 1_100, limits, after(0))).toBe(true);
  expect(isDue(newest, 1_001, limits, after(300))).toBe(true);
  expect(isDue(newest, 1_000, limits, after(9_999))).toBe(false);
});

it('is due when the clock has gone back, so that nothing waits for it to catch up', () => {
  expect(isDue(newest, 1_001, limits, after(-1))).toBe(true);
});
