// Fingerprints of batches: equal for what is equal, different for the slightest difference.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BehavioralData } from '@verity/protocol/telemetry/schemas';
import { batchDigest } from './batch-digest';

const batch = (changes: Partial<BehavioralData> = {}): BehavioralData => ({
  seq: 0,
  nonce: 'AAAAAAAAAAAAAAAAAAAAAA',
  started_at: 0,
  keystrokes: [],
  mouseMovements: [],
  clicks: [],
  scrolls: [],
  focus: [],
  touches: [],
  ...changes,
});

const points = fc.array(
  fc.tuple(
    fc.double({ min: 0, max: 1000, noNaN: true }),
    fc.integer({ min: -5000, max: 5000 }),
    fc.integer({ min: -5000, max: 5000 }),
  ),
  { minLength: 5, maxLength: 600 },
);

describe('batchDigest', () => {
  it('does not depend on number, nonce and time of the batch', () => {
    fc.assert(
      fc.property(points, fc.nat(), (mouseMovements, seq) => {
        const one = batchDigest(batch({ mouseMovements }));
        const other = batchDigest(
          batch({ mouseMovements, seq, started_at: seq, nonce: 'B'.repeat(22) }),
        );
        expect(one).toHaveLength(32);
        expect(other).toEqual(one);
      }),
    );
  });

  it('changes with any single number', () => {
    fc.assert(
      fc.property(points, fc.nat(), fc.nat({ max: 2 }), (mouseMovements, at, field) => {
        const changed = mouseMovements.map((point) => [...point] as [number, number, number]);
        const point = changed[at % changed.length];
        if (point) point[field] = (point[field] ?? 0) + 1;
        expect(batchDigest(batch({ mouseMovements: changed }))).not.toEqual(
          batchDigest(batch({ mouseMovements })),
        );
      }),
    );
  });

  it('tells scrolling from moving', () => {
    const events = Array.from({ length: 6 }, (_, i) => [i, i, i] as [number, number, number]);
    expect(batchDigest(batch({ mouseMovements: events }))).not.toEqual(
      batchDigest(batch({ scrolls: events })),
    );
  });
});
