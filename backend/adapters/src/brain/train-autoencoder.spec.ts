// Specs of training with brain.js: it learns, and it repeats.
import { describe, expect, it } from 'vitest';
import { seededRandom } from '@verity/domain/kernel/maths';
import { trainAutoencoder } from './train-autoencoder';

describe('training with brain.js', () => {
  it('learns to give a row back, and repeats', () => {
    const rows = Array.from({ length: 30 }, (_, i) => {
      const x = Math.sin(i) / 2;
      return Float64Array.of(x, -x, x / 2);
    });
    const task = { rows, hidden: [2], iterations: 200, learningRate: 0.01 };
    const layers = trainAutoencoder({ ...task, random: seededRandom(4) });
    expect(trainAutoencoder({ ...task, random: seededRandom(4) })).toEqual(layers);
    const run = (row: number[]): number[] =>
      layers.reduce(
        (values, { weights, biases }) =>
          weights.map((node, n) =>
            Math.tanh(
              node.reduce((sum, w, i) => sum + w * (values[i] as number), biases[n] as number),
            ),
          ),
        row,
      );
    const rebuilt = run([0.4, -0.4, 0.2]);
    [0.4, -0.4, 0.2].forEach((x, i) =>
      expect(Math.abs((rebuilt[i] as number) - x)).toBeLessThan(0.1),
    );
  });
});
