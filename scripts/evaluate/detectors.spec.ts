// Specs of detectors to compare with: the published distance, absent features, and a forward pass without its trainer.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TrainAutoencoder } from '@verity/adapters/brain/train-autoencoder';
import { seededRandom } from '@verity/domain/kernel/maths';
import { autoencoder, readyAutoencoder } from './autoencoder';
import { scaledManhattan } from './scaled-manhattan';

const rows = (...all: number[][]): Float64Array[] => all.map((row) => Float64Array.from(row));
/** A network that answers zero: what is left is the size of the window itself. */
const trainNothing: TrainAutoencoder = ({ rows: [first], hidden: [inner = 1] }) => {
  const width = first?.length ?? 0;
  return [
    {
      weights: Array.from({ length: inner }, () => new Array<number>(width).fill(0)),
      biases: new Array<number>(inner).fill(0),
    },
    {
      weights: Array.from({ length: width }, () => new Array<number>(inner).fill(0)),
      biases: new Array<number>(width).fill(0),
    },
  ];
};

describe('scaled Manhattan', () => {
  const plain = scaledManhattan({ cap: Infinity, digits: 15 });

  it('is the mean deviation over the mean absolute deviation', () => {
    const artefact = plain.fit(rows([1, 10], [3, 30]));
    expect(artefact).toEqual({ centre: [2, 20], scale: [1, 10], weights: null });
    expect(plain.ready(artefact)(Float64Array.of(4, 20))).toBe(1);
  });

  it('skips absent features and those never learnt, and rescales', () => {
    const artefact = plain.fit(rows([1, 10, NaN], [3, 30, NaN]));
    const distance = plain.ready(artefact);
    expect(distance(Float64Array.of(4, NaN, 7))).toBe(2);
    expect(distance(Float64Array.of(NaN, NaN, 7))).toBe(1);
  });

  it('lets one wild feature say no more than the cap', () => {
    const capped = scaledManhattan();
    const distance = capped.ready(capped.fit(rows([1, 10], [3, 30])));
    expect(distance(Float64Array.of(1e9, 20))).toBe(3);
  });

  it('leans on what is typical of people while the windows are few', () => {
    const steadied = plain.fit(rows([1], [1.001]), {
      population: { scale: Float64Array.of(1), strength: 6 },
    });
    expect(steadied.scale[0]).toBeGreaterThan(0.7);
  });

  it('refuses to learn from one window', () => {
    expect(() => plain.fit(rows([1]))).toThrow(/two windows/);
  });

  it('is finite and not negative for any window', () => {
    const value = fc.oneof(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.constant(NaN));
    const window = fc.array(value, { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(window, { minLength: 2, maxLength: 6 }), window, (all, one) => {
        const detector = scaledManhattan();
        const d = detector.ready(detector.fit(rows(...all)))(Float64Array.from(one));
        expect(Number.isFinite(d) && d >= 0).toBe(true);
      }),
    );
  });
});

describe('the autoencoder', () => {
  const windows = rows([1, 10], [3, 30], [2, 20]);

  it('measures what the network does not give back, in deviations', () => {
    const detector = autoencoder(trainNothing);
    const artefact = detector.fit(windows, { random: seededRandom(1) });
    const distance = readyAutoencoder(artefact);
    const scale = artefact.scale[0] as number;
    expect(distance(Float64Array.of(2 + scale, 20))).toBeCloseTo(0.5, 5);
    expect(distance(Float64Array.of(NaN, 20))).toBeCloseTo(0, 5);
    expect(distance(Float64Array.of(NaN, NaN))).toBe(1);
  });

  it('refuses a network that is not finite', () => {
    const detector = autoencoder(() => [{ weights: [[NaN, 0]], biases: [0] }]);
    expect(() => detector.fit(windows, { random: seededRandom(1) })).toThrow(/not finite/);
  });
});
