// Specs of the timeline by day.
import { describe, expect, it } from 'vitest';
import { byDay } from './days';

const now = new Date(2026, 10, 21, 9, 30).getTime();
const at = (month: number, day: number, hour: number, year = 2026): string =>
  new Date(year, month, day, hour).toISOString();

describe('byDay', () => {
  it('puts together what belongs to one day, in the order given', () => {
    const days = byDay([at(10, 21, 8), at(10, 21, 1), at(10, 20, 23), at(9, 2, 5)], String, now);
    expect(days.map(({ key, items }) => [key, items.length])).toEqual([
      ['2026-11-21', 2],
      ['2026-11-20', 1],
      ['2026-10-02', 1],
    ]);
  });

  it('says today and yesterday in words, and the year where it is another one', () => {
    const titles = byDay(
      [at(10, 21, 8), at(10, 20, 0), at(5, 1, 5), at(5, 1, 5, 2024)],
      String,
      now,
    );
    expect(titles[0]?.title).toBe('Today');
    expect(titles[1]?.title).toBe('Yesterday');
    expect(titles[2]?.title).not.toContain('2026');
    expect(titles[3]?.title).toContain('2024');
  });

  it('is empty for nothing', () => {
    expect(byDay([], String, now)).toEqual([]);
  });
});
