// Specs of the boosted trees: what they learn, that they repeat, and that any bins are scored.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../kernel/maths';
import { binInto, BOOSTING, cutsOf, growTrees, scoreTrees } from './boosted-trees';

const WIDTH = 4;
/** Two features together tell the classes apart; the third is absent every other time, the fourth is noise. */
function task(seed: number, count = 800) {
  const random = seededRandom(seed);
  const windows = Array.from({ length: count }, () =>
    Float64Array.of(random(), random(), random() < 0.5 ? Number.NaN : random(), random()),
  );
  const targets = Uint8Array.from(windows, ([a, b]) => (a! + b! > 1 ? 1 : 0));
  return { windows, targets };
}
const binned = (cuts: number[][], windows: Float64Array[]): Uint8Array => {
  const rows = new Uint8Array(windows.length * WIDTH);
  windows.forEach((window, i) => binInto(cuts, window, rows, i * WIDTH));
  return rows;
};
const grown = (seed: number) => {
  const { windows, targets } = task(1);
  const cuts = cutsOf(windows, WIDTH);
  const weights = new Float64Array(windows.length).fill(1);
  const rows = binned(cuts, windows);
  const random = seededRandom(seed);
  return { cuts, trees: growTrees({ rows, width: WIDTH, targets, weights, random }) };
};

describe('boosted trees', () => {
  const { cuts, trees } = grown(7);

  it('learn what two features say together', () => {
    const { windows, targets } = task(2, 400);
    const rows = binned(cuts, windows);
    const right = windows.filter(
      (_, i) => scoreTrees(trees, rows, i * WIDTH) > 0 === (targets[i] === 1),
    );
    expect(right.length / windows.length).toBeGreaterThan(0.9);
  });

  it('repeat with their random numbers', () => {
    expect(grown(7).trees).toEqual(trees);
    expect(grown(8).trees).not.toEqual(trees);
    expect(trees.features).toHaveLength(BOOSTING.trees * (2 ** BOOSTING.depth - 1));
  });

  it('have a bin for what is absent, and bins that grow with the value', () => {
    const row = new Uint8Array(WIDTH);
    binInto(cuts, Float64Array.of(Number.NaN, -9, 0.5, 9), row);
    expect(row[0]).toBe(0);
    expect(row[1]).toBe(1);
    expect(row[3]).toBe((cuts[3]?.length ?? 0) + 1);
  });

  it('score any window with a finite number', () => {
    const row = new Uint8Array(WIDTH);
    const any = fc.double({ noNaN: false });
    fc.assert(
      fc.property(fc.tuple(any, any, any, any), (values) => {
        binInto(cuts, Float64Array.from(values), row);
        expect(Number.isFinite(scoreTrees(trees, row))).toBe(true);
      }),
    );
  });
});
