// Trains the autoencoder with brain.js: NeuralNetwork with input = output (its AE class reports error 0 and gives NaN).
import { NeuralNetwork } from 'brain.js';
import type { SeededRandom } from '@verity/domain/kernel/maths';

/** Dense layers of tanh: `weights[node][input]`. */
export interface NetworkLayer {
  weights: number[][];
  biases: number[];
}

export interface AutoencoderTask {
  /** Rows of numbers in [-1, 1], all of one width; the network learns to give each back. */
  rows: readonly Float64Array[];
  hidden: readonly number[];
  iterations: number;
  learningRate: number;
  random: SeededRandom;
}

/** Trains a network with tanh in every layer. Supplied from outside: it may be slow, and runs where it blocks nobody. */
export type TrainAutoencoder = (task: AutoencoderTask) => NetworkLayer[];

/** Blocks for about a second: call it from a worker thread or a job. The start weights come from `random`, so it repeats. */
export const trainAutoencoder: TrainAutoencoder = ({
  rows,
  hidden,
  iterations,
  learningRate,
  random,
}) => {
  const width = rows[0]?.length ?? 0;
  const sizes = [width, ...hidden, width];
  const network = new NeuralNetwork<number[], number[]>({
    hiddenLayers: [...hidden],
    activation: 'tanh',
  });
  network.updateTrainingOptions({ activation: 'tanh', praxis: 'adam' });
  network.sizes = sizes;
  network.initialize();
  for (let layer = 1; layer < sizes.length; layer++) {
    // Glorot and Bengio 2010.
    const reach = Math.sqrt(6 / ((sizes[layer - 1] as number) + (sizes[layer] as number)));
    const nodes = network.weights[layer] ?? [];
    for (const node of nodes) {
      for (let i = 0; i < node.length; i++) node[i] = (random() * 2 - 1) * reach;
    }
    network.biases[layer]?.fill(0);
  }
  const data = rows.map((row) => {
    const values = Array.from(row);
    return { input: values, output: values };
  });
  network.train(data, {
    iterations,
    learningRate,
    praxis: 'adam',
    activation: 'tanh',
    // 0 throws; the smallest error that it accepts lets every iteration run.
    errorThresh: 1e-9,
  });
  const layers: NetworkLayer[] = [];
  for (let layer = 1; layer < sizes.length; layer++) {
    layers.push({
      weights: (network.weights[layer] ?? []).map((node) => Array.from(node)),
      biases: Array.from(network.biases[layer] ?? []),
    });
  }
  return layers;
};
