// Instants of schedules, daylight saving included.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { demandCron, instantBefore, instantsOf } from './cron';

const BERLIN = 'Europe/Berlin';
const between = (cron: string, from: string, until: string, zone = BERLIN): string[] =>
  instantsOf(cron, zone, { from: new Date(from), until: new Date(until), limit: 100 }).map((at) =>
    at.toISOString(),
  );

it('ticks once a day at two, also on the day that has no two o’clock and on the day that has it twice', () => {
  // 2026-03-29: the clocks go from 2:00 to 3:00. 2026-10-25: from 3:00 back to 2:00.
  expect(between('0 2 * * *', '2026-03-28T12:00:00Z', '2026-03-30T12:00:00Z')).toHaveLength(2);
  expect(between('0 2 * * *', '2026-10-24T12:00:00Z', '2026-10-26T12:00:00Z')).toHaveLength(2);
  expect(between('0 2 * * *', '2026-06-01T12:00:00Z', '2026-06-02T12:00:00Z')).toEqual([
    '2026-06-02T00:00:00.000Z',
  ]);
});

it('ticks every hour through both nights, without a gap and without a double', () => {
  for (const [from, until] of [
    ['2026-03-28T22:30:00Z', '2026-03-29T04:30:00Z'],
    ['2026-10-24T22:30:00Z', '2026-10-25T04:30:00Z'],
  ] as const) {
    const found = between('0 * * * *', from, until).map((at) => Date.parse(at));
    expect(found).toHaveLength(6);
    expect(
      found.every((at, index) => index === 0 || at - (found[index - 1] ?? 0) === 3_600_000),
    ).toBe(true);
  }
});

it('names the instant that a late tick stands for, the same whenever it is asked', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 29_999 }), (lateMs) => {
      const at = new Date('2026-11-21T10:00:30.000Z');
      const asked = new Date(at.getTime() + lateMs);
      expect(instantBefore('*/30 * * * * *', 'UTC', asked)).toEqual(at);
    }),
  );
});

it('refuses what is no cron expression, and says what is wrong', () => {
  for (const cron of ['', '61 * * * *', '* * * *', '* * * * * * *', 'soon', '0 0 30 2 *']) {
    expect(() => demandCron(cron, 'UTC')).toThrow(
      expect.objectContaining({
        code: 'invalid-input',
        issues: [{ path: '/cron', message: expect.any(String) }],
      }),
    );
  }
  expect(() => demandCron('*/30 * * * * *', 'UTC')).not.toThrow();
});

it('never crashes on any text', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 40 }), (text) => {
      try {
        demandCron(text, BERLIN);
      } catch (error) {
        expect(error).toMatchObject({ code: 'invalid-input' });
      }
    }),
  );
});
