// The course of jobs: nothing counted is lost or doubled in its steps, and no peak of a queue.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { courseOf, MINUTE_MS, minutesOf, nobodyKnows } from './course';
import type { MinuteCount } from './ports';

const now = new Date('2026-03-04T05:06:07.000Z');
const hours = fc.constantFrom(1, 2, 6, 24);

it('spreads what was counted over its steps as jobs a minute, and keeps their sum', () => {
  fc.assert(
    fc.property(
      hours,
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 500 }))),
      (span, of) => {
        const { from, to } = minutesOf(now, span);
        const counts = of.map(([at, count]): MinuteCount => {
          const minute = from + (at % (to - from + 1));
          return { minute, task: 'cleanup_cache', state: 'succeeded', count };
        });
        const { rates, rate_seconds } = courseOf({ now, hours: span }, counts, []);
        const sum = rates.reduce(
          (total, { succeeded }) => total + succeeded * (rate_seconds / 60),
          0,
        );
        expect(sum).toBeCloseTo(
          of.reduce((total, [, count]) => total + count, 0),
          6,
        );
        expect(rates.length).toBeLessThanOrEqual(120);
      },
    ),
  );
});

it('leaves out the minute that goes on, and what is older', () => {
  const minute = Math.floor(now.getTime() / MINUTE_MS);
  const of = (at: number): MinuteCount => ({ minute: at, task: 't', state: 'queued', count: 6 });
  const { rates } = courseOf({ now, hours: 1 }, [of(minute), of(minute - 1), of(minute - 61)], []);
  expect(rates).toHaveLength(60);
  expect(rates.at(-1)).toEqual({
    at: '2026-03-04T05:05:00.000Z',
    enqueued: 6,
    succeeded: 0,
    failed: 0,
  });
  expect(rates.slice(0, -1).every(({ enqueued }) => enqueued === 0)).toBe(true);
});

it('shows the highest of each step, and null where nobody could tell', () => {
  const at = (secondsAgo: number) => new Date(now.getTime() - secondsAgo * 1_000);
  const samples = [
    { at: at(1), queues: { ...nobodyKnows(), default: 3 } },
    { at: at(2), queues: { ...nobodyKnows(), default: 9 } },
    { at: at(7_200), queues: { ...nobodyKnows(), default: 70 } },
  ];
  const { depth, depth_seconds } = courseOf({ now, hours: 1 }, [], samples);
  expect(depth).toHaveLength(3_600 / depth_seconds);
  expect(depth.at(-1)?.queues).toEqual({ ...nobodyKnows(), default: 9 });
  expect(depth.slice(0, -1).every(({ queues }) => queues.default === null)).toBe(true);
});
