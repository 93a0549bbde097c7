// The ladder of retries.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RUNGS_MS, rungAfter, rungFor } from './retry';

it('each failure climbs a rung, and the last attempt is followed by none', () => {
  const policy = { attempts: 4, firstDelayMs: 4_000 };
  expect([1, 2, 3, 4].map((attempt) => rungAfter(policy, attempt))).toEqual([1, 2, 3, null]);
});

it('never leaves the ladder, and never waits less after a later failure', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 0, max: 10_000_000 }),
      (attempts, firstDelayMs) => {
        const rungs = Array.from({ length: attempts - 1 }, (_, index) =>
          rungAfter({ attempts, firstDelayMs }, index + 1),
        );
        expect(rungs.every((rung) => rung !== null && RUNGS_MS[rung] !== undefined)).toBe(true);
        expect(rungs).toEqual([...rungs].sort((a, b) => (a ?? 0) - (b ?? 0)));
      },
    ),
  );
});

it('takes the shortest rung that is long enough', () => {
  expect([0, 1_000, 1_001, 90_000, 9e9].map((ms) => rungFor(ms))).toEqual([0, 0, 1, 4, 6]);
});
