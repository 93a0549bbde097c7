// The autoencoder detector: how badly a network that learnt one person's windows rebuilds a new one.
import type { NetworkLayer, TrainAutoencoder } from '@verity/adapters/brain/train-autoencoder';
import { clamp, roundTo } from '@verity/domain/kernel/maths';
import { centreAndScale } from '@verity/domain/risk/centre-and-scale';
import type { Detector } from '@verity/domain/risk/detector';
import { Fault } from '@verity/protocol/faults';

export interface AutoencoderArtefact {
  centre: (number | null)[];
  scale: (number | null)[];
  weights: number[] | null;
  layers: NetworkLayer[];
}

/** So many deviations reach the edge of the network's range. */
const RANGE = 5;

export interface AutoencoderOptions {
  hidden: readonly number[];
  iterations: number;
  learningRate: number;
}

export const AUTOENCODER_DEFAULTS: AutoencoderOptions = {
  hidden: [4],
  iterations: 60,
  learningRate: 0.004,
};

export function autoencoder(
  train: TrainAutoencoder,
  options: AutoencoderOptions = AUTOENCODER_DEFAULTS,
): Detector<AutoencoderArtefact> {
  return {
    name: 'autoencoder',
    version: 1,
    fit(windows, { population, weights, random } = {}) {
      if (windows.length < 2 || !random) {
        throw new Fault(
          'invalid-input',
          'An autoencoder needs two windows or more, and a source of randomness.',
          {
            fix: 'Gather more windows of this person first.',
          },
        );
      }
      const { centre, scale } = centreAndScale(windows, population);
      const inverse = inverseOf(scale);
      const rows = windows.map((window) =>
        scaled(window, centre, inverse, new Float64Array(window.length)),
      );
      const layers = train({ ...options, rows, random });
      assertFinite(layers);
      const plain = (x: number): number | null => (Number.isFinite(x) ? roundTo(x, 6) : null);
      return {
        centre: Array.from(centre, plain),
        scale: Array.from(scale, plain),
        weights: weights ? Array.from(weights, (w) => roundTo(w, 4)) : null,
        layers: layers.map((layer) => ({
          weights: layer.weights.map((row) => row.map((w) => roundTo(w, 4))),
          biases: layer.biases.map((b) => roundTo(b, 4)),
        })),
      };
    },
    ready: readyAutoencoder,
  };
}

/** Scoring needs no trainer: a forward pass over typed arrays. */
export function readyAutoencoder(artefact: AutoencoderArtefact): (window: Float64Array) => number {
  const width = artefact.centre.length;
  const centre = Float64Array.from(artefact.centre, (x) => x ?? Number.NaN);
  const inverse = inverseOf(Float64Array.from(artefact.scale, (x) => x ?? Number.NaN));
  const weight = Float64Array.from({ length: width }, (_, f) => artefact.weights?.[f] ?? 1);
  const layers = artefact.layers.map(({ weights, biases }) => ({
    inputs: weights[0]?.length ?? 0,
    flat: Float64Array.from(weights.flat()),
    biases: Float64Array.from(biases),
    out: new Float64Array(biases.length),
  }));
  const input = new Float64Array(width);
  return (window) => {
    scaled(window, centre, inverse, input);
    let values = input;
    for (const { inputs, flat, biases, out } of layers) {
      for (let node = 0, w = 0; node < out.length; node++) {
        let sum = biases[node] as number;
        for (let i = 0; i < inputs; i++, w++) sum += (flat[w] as number) * (values[i] as number);
        out[node] = Math.tanh(sum);
      }
      values = out;
    }
    let sum = 0;
    let total = 0;
    for (let f = 0; f < width; f++) {
      const x = ((window[f] as number) - (centre[f] as number)) * (inverse[f] as number);
      if (x !== x) continue;
      const w = weight[f] as number;
      sum += w * Math.abs((input[f] as number) - (values[f] as number)) * RANGE;
      total += w;
    }
    return total > 0 ? sum / total : 1;
  };
}

const inverseOf = (scale: Float64Array): Float64Array =>
  scale.map((s) => (Number.isFinite(s) ? 1 / (Math.max(s, 1e-6) * RANGE) : Number.NaN));

/** Deviations from the centre in [-1, 1]; absent features lie in the centre. */
function scaled(
  window: Float64Array,
  centre: Float64Array,
  inverse: Float64Array,
  into: Float64Array,
): Float64Array {
  for (let f = 0; f < centre.length; f++) {
    const x = ((window[f] as number) - (centre[f] as number)) * (inverse[f] as number);
    into[f] = x === x ? clamp(x, -1, 1) : 0;
  }
  return into;
}

function assertFinite(layers: readonly NetworkLayer[]): void {
  const sound = layers.every(
    ({ weights, biases }) =>
      biases.every(Number.isFinite) && weights.every((row) => row.every(Number.isFinite)),
  );
  if (!sound) {
    throw new Fault('internal', 'Training the autoencoder gave numbers that are not finite.', {
      fix: 'Train again with a smaller learning rate; the model before stays in use.',
    });
  }
}
