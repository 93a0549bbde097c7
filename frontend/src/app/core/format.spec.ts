// Specs of how numbers and times are written.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bytes,
  duration,
  facts,
  plural,
  relativeTime,
  riskText,
  scoreText,
  signed,
  words,
  exactTime,
} from './format';

const NOW = Date.UTC(2026, 0, 1);

describe('relativeTime', () => {
  it.each([
    [-2_000, 'now'],
    [-12_000, '12 s ago'],
    [-90_000, '1 min ago'],
    [-7_200_000, '2 h ago'],
    [3 * 86_400_000, 'in 3 d'],
    [90 * 86_400_000 - 1, 'in 89 d'],
    [-100 * 86_400_000, '3 mo ago'],
  ])('%i ms from now is "%s"', (offset, text) => {
    expect(relativeTime(NOW + offset, NOW)).toBe(text);
  });
});

describe('scoreText', () => {
  it('never rounds a score up to certainty', () => {
    expect(scoreText(99.97)).toBe('99');
    expect(scoreText(100)).toBe('100');
  });

  it('is a whole number between 0 and 100 for every score', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 100, noNaN: true }), (score) => {
        expect(scoreText(score)).toMatch(/^(\d{1,2}|100)$/);
      }),
    );
  });
});

describe('riskText', () => {
  it('makes no number of a session that is not scored yet', () => {
    expect(riskText(71.6)).toBe('risk 72');
    expect(riskText(null)).toBe('not scored yet');
  });
});

describe('signed', () => {
  it('shows the direction of evidence, and none where there is none', () => {
    expect(signed(1.234)).toBe('+1.23');
    expect(signed(-0.5)).toBe('−0.50');
    expect(signed(-0.001)).toBe('0.00');
  });
});

describe('sizes and lengths', () => {
  it('writes bytes in the largest unit that keeps a digit before the point', () => {
    expect([0, 999, 1_500, 123_456_789].map(bytes)).toEqual(['0 B', '999 B', '1.5 kB', '123 MB']);
  });

  it('writes a duration by its two largest units', () => {
    expect([0, 59, 3_725, 90_061].map(duration)).toEqual(['0 s', '59 s', '1 h 2 min', '1 d 1 h']);
  });

  it('counts one thing as one', () => {
    expect([plural(1, 'session'), plural(1_200, 'session')]).toEqual([
      '1 session',
      '1,200 sessions',
    ]);
  });

  it('turns names into words', () => {
    expect(words('failed_login_burst')).toBe('Failed login burst');
  });
});

it('facts show numbers to two decimals, inside lists and objects too', () => {
  expect(
    facts({ log_odds: 3.2998046875, name: 'a', part: { weight: 1.005, of: [2.345] } }),
  ).toEqual([
    ['Log odds', '3.3'],
    ['Name', 'a'],
    ['Part', 'weight 1 · of [2.35]'],
  ]);
});

it('facts are words, not JSON: a line for each object of a list', () => {
  const contributions = [
    { source: 'prior', log_odds: -2.2001953125 },
    { source: 'device', log_odds: 0.3, fresh: true },
  ];
  expect(
    facts({ contributions, tags: ['a', 'b'], none: [], until: null, new_device: false }),
  ).toEqual([
    ['Contributions', 'source prior · log odds -2.2\nsource device · log odds 0.3 · fresh yes'],
    ['Tags', 'a, b'],
    ['None', '–'],
    ['Until', '–'],
    ['New device', 'no'],
  ]);
});

it('facts show moments in the zone of the reader', () => {
  const at = '2026-03-01T10:00:00.000Z';
  expect(facts({ observed_at: at })).toEqual([['Observed at', exactTime(Date.parse(at))]]);
});
