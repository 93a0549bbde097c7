// Specs of what a histogram says in words.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bucketsOf, rangeOf, within } from './quantiles';

const BOUNDS = [1, 4, 16, 64, 1e12];

it('names the bound of the bucket in which a share of the jobs is reached', () => {
  const buckets = bucketsOf([0, 90, 5, 5, 0], BOUNDS);
  expect([0.5, 0.9, 0.95, 1].map((share) => within(buckets, share))).toEqual([
    '4 ms',
    '4 ms',
    '16 ms',
    '64 ms',
  ]);
  expect(rangeOf(buckets[1]!)).toBe('1 ms to 4 ms');
});

it('says of the longest only that they took longer, and nothing without jobs', () => {
  expect(within(bucketsOf([0, 0, 0, 0, 3], BOUNDS), 0.5)).toBe('more than 64 ms');
  expect(within(bucketsOf([0, 0, 0, 0, 0], BOUNDS), 0.5)).toBe('');
  expect(within([], 0.5)).toBe('');
});

it('has a word for every histogram with a job in it', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50), { minLength: 5, maxLength: 5 }), (counts) => {
      const some = counts.some((count) => count > 0);
      expect(within(bucketsOf(counts, BOUNDS), 0.95) !== '').toBe(some);
    }),
  );
});
