import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backOffMs } from './back-off';

test('waits double from one second to thirty', () => {
  const waits = [0, 1, 2, 3, 4, 5, 6].map((attempt) => backOffMs(attempt, () => 1));
  expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
});

test('jitter takes away at most half', () => {
  fc.assert(
    fc.property(
      fc.nat({ max: 10_000 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (attempt, luck) => {
        const most = backOffMs(attempt, () => 1);
        const wait = backOffMs(attempt, () => luck);
        expect(wait).toBeGreaterThanOrEqual(most / 2);
        expect(wait).toBeLessThanOrEqual(most);
      },
    ),
  );
});
