// Waits between attempts: growing, spread, and never beyond the time that a delivery has.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isGivenUp, nextAttempt } from './retry';

const HOUR = 3_600_000;

it('waits five seconds, then three times as long each time, up to four hours', () => {
  const now = new Date(0);
  const waits = [1, 2, 3, 4, 5, 8, 9, 20].map(
    (n) => (nextAttempt(n, now, now, 24, 0)?.getTime() ?? 0) / 1000,
  );
  expect(waits).toEqual([5, 15, 45, 135, 405, 10_935, 14_400, 14_400]);
});

it('never schedules beyond the hours of a delivery, nor into the past', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1000 }),
      fc.integer({ min: 0, max: 30 * HOUR }),
      fc.double({ min: 0, max: 0.999999, noNaN: true }),
      (attempts, age, chance) => {
        const due = new Date(1e12);
        const now = new Date(1e12 + age);
        const next = nextAttempt(attempts, due, now, 24, chance);
        if (next === null) return;
        expect(next.getTime()).toBeGreaterThan(now.getTime());
        expect(next.getTime() - due.getTime()).toBeLessThanOrEqual(24 * HOUR);
      },
    ),
  );
});

it('makes about fifteen attempts in a day', () => {
  const due = new Date(0);
  let now = due;
  let attempts = 0;
  for (;;) {
    attempts++;
    const next = nextAttempt(attempts, due, now, 24, 0.5);
    if (!next) break;
    now = next;
  }
  expect(attempts).toBeGreaterThan(12);
  expect(attempts).toBeLessThan(18);
});

it('gives a webhook up only when it has failed often and for long', () => {
  const now = new Date(HOUR);
  const since = (ms: number) => ({ failuresInARow: 20, failingSince: new Date(HOUR - ms) });
  expect(isGivenUp(since(31 * 60_000), now)).toBe(true);
  expect(isGivenUp(since(10 * 60_000), now)).toBe(false);
  expect(isGivenUp({ failuresInARow: 19, failingSince: new Date(0) }, now)).toBe(false);
});
