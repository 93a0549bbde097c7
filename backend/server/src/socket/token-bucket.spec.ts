// Token buckets: the burst, the rate, and a clock that may stand still.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TokenBucket } from './token-bucket';

describe('TokenBucket', () => {
  it('gives the burst at once and then the rate', () => {
    const bucket = new TokenBucket(10, 20, 0);
    for (let taken = 0; taken < 20; taken++) expect(bucket.take(0)).toBe(0);
    expect(bucket.take(0)).toBe(100);
    expect(bucket.take(100)).toBe(0);
    expect(bucket.take(100)).toBe(100);
  });

  it('never gives more than the burst and what the time has brought', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 300 }),
        fc.integer({ min: 1, max: 50 }),
        (gapsMs, perSecond) => {
          const bucket = new TokenBucket(perSecond, perSecond * 2, 0);
          let now = 0;
          let given = 0;
          for (const gap of gapsMs) {
            now += gap;
            if (bucket.take(now) === 0) given++;
          }
          expect(given).toBeLessThanOrEqual(perSecond * 2 + (now / 1000) * perSecond + 1e-6);
        },
      ),
    );
  });
});
