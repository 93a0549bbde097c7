// Specs of the guard of updates: the person's own pass, what leads away does not, and nothing is lost or doubled.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalDraw, seededRandom } from '../kernel/maths';
import { guardUpdates, withinReach, type GuardRules, type Update } from './update-guard';

const WIDTH = 12;
const rules: GuardRules = { enrolled: 50, block: 5, perDay: 20, directed: 0.6, apart: 1.4 };
const baseline = { centre: new Float64Array(WIDTH), scale: new Float64Array(WIDTH).fill(1) };
const DAY_MS = 86_400_000;

const updates = (count: number, shift: (i: number) => number, seed = 3, perDay = 10): Update[] => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, i) => ({
    at: Math.floor(i / perDay) * DAY_MS,
    features: Float64Array.from({ length: WIDTH }, () => shift(i) + normalDraw(random)),
  }));
};

describe('the guard of updates', () => {
  it('lets the person teach, the newest block waiting for the next', () => {
    const { taught, waiting, refused } = guardUpdates(
      baseline,
      updates(30, () => 0),
      rules,
    );
    expect([taught.length, waiting.length, refused.length]).toEqual([25, 5, 0]);
  });

  it('lets a person who drifts teach', () => {
    expect(
      guardUpdates(
        baseline,
        updates(30, () => 0.5),
        rules,
      ).refused,
    ).toHaveLength(0);
  });

  it('refuses updates that all pull one way', () => {
    const { taught, refused } = guardUpdates(
      baseline,
      updates(30, () => 2.5),
      rules,
    );
    expect(taught).toHaveLength(0);
    expect(refused).toHaveLength(25);
  });

  it('refuses a block that those after it do not agree with', () => {
    const { refused } = guardUpdates(
      baseline,
      updates(15, (i) => (i < 5 ? 1.9 : -0.3)),
      rules,
    );
    expect(refused.length).toBeGreaterThanOrEqual(5);
  });

  it('lets a day teach so much and no more', () => {
    const { taught, refused } = guardUpdates(
      baseline,
      updates(105, () => 0, 3, 1000),
      rules,
    );
    expect([taught.length, refused.length]).toEqual([20, 80]);
  });

  it('puts every update into one list, whatever the numbers', () => {
    const x = fc.oneof(fc.double(), fc.constantFrom(NaN, Infinity, -Infinity, 0));
    const update = fc.record({
      at: fc.integer({ min: -1e12, max: 1e13 }),
      features: fc
        .array(x, { minLength: WIDTH, maxLength: WIDTH })
        .map((xs) => Float64Array.from(xs)),
    });
    fc.assert(
      fc.property(fc.array(update, { maxLength: 40 }), (all) => {
        const { taught, waiting, refused } = guardUpdates(baseline, all, rules);
        const out = [...taught, ...waiting, ...refused];
        expect(out).toHaveLength(all.length);
        expect(new Set(out)).toEqual(new Set(all));
      }),
    );
  });
});

describe('the reach of the anchor', () => {
  const row = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), {
    minLength: WIDTH,
    maxLength: WIDTH,
  });

  it('is never exceeded, and does not move a centre that is within it', () => {
    fc.assert(
      fc.property(row, row, fc.double({ min: 0.01, max: 100, noNaN: true }), (from, to, reach) => {
        const [anchor, centre] = [Float64Array.from(from), Float64Array.from(to)];
        const held = withinReach(anchor, { centre, scale: baseline.scale }, reach);
        const far = (a: Float64Array): number =>
          Math.sqrt(a.reduce((sum, x, f) => sum + (x - anchor[f]!) ** 2, 0) / WIDTH);
        expect(far(held)).toBeLessThanOrEqual(reach * (1 + 1e-6) + 1e-9);
        if (far(centre) <= reach) expect(held).toEqual(centre);
      }),
    );
  });

  it('leaves alone what the anchor knows nothing of', () => {
    const anchor = new Float64Array(WIDTH).fill(Number.NaN);
    const centre = new Float64Array(WIDTH).fill(9);
    expect(withinReach(anchor, { centre, scale: baseline.scale }, 1)).toEqual(centre);
  });
});
