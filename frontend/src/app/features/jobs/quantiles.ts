// What a histogram of durations says in words: within which time half of the jobs ended, and nearly all.
import { duration } from './duration';

/** The last bucket takes everything longer than the bound before it. */
const OPEN_MS = 1e9;

export interface Bucket {
  count: number;
  /** Milliseconds. */
  from: number;
  to: number;
}

export const bucketsOf = (counts: readonly number[], bounds: readonly number[]): Bucket[] =>
  counts.map((count, index) => ({
    count,
    from: bounds[index - 1] ?? 0,
    to: bounds[index] ?? Infinity,
  }));

export const rangeOf = ({ from, to }: Bucket): string =>
  to > OPEN_MS ? `longer than ${duration(from)}` : `${duration(from)} to ${duration(to)}`;

/** The bound within which a share of the jobs ended, e.g. `16 ms`; empty without jobs. */
export function within(buckets: readonly Bucket[], share: number): string {
  const total = buckets.reduce((sum, { count }) => sum + count, 0);
  let seen = 0;
  for (const bucket of buckets) {
    seen += bucket.count;
    if (total > 0 && seen >= total * share) {
      return bucket.to > OPEN_MS ? `more than ${duration(bucket.from)}` : duration(bucket.to);
    }
  }
  return '';
}
