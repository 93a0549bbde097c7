// The detectors that `evaluate -- keystroke` can name: each is trained on rows and gives a distance for a row.
import { trainAutoencoder } from '@verity/adapters/brain/train-autoencoder';
import { autoencoder } from '@verity/domain/risk/autoencoder';
import type { Background } from '@verity/domain/risk/background';
import { SHARES } from '@verity/domain/risk/calibration';
import type { Distance } from '@verity/domain/risk/detector';
import { nearestWindows } from '@verity/domain/risk/nearest';
import { scaledManhattan } from '@verity/domain/risk/scaled-manhattan';
import { seededRandom } from '@verity/domain/kernel/maths';

export interface KeystrokeDetector {
  /** Whether rows are put on the scales of Verity's features first. */
  scaled: boolean;
  /** Updates of an adaptive run: after so many new rows. */
  refitEvery: number;
  train(rows: readonly Float64Array[], background: Background | null): Distance;
}

const logOf = (distance: number): number => Math.log(Math.max(distance, 1e-3));

const options = (background: Background | null) => ({
  ...(background
    ? {
        weights: background.weights,
        population: { scale: background.scale, strength: 6 },
        others: background.windows,
      }
    : {}),
  random: seededRandom(1),
});

export const KEYSTROKE_DETECTORS: Record<string, KeystrokeDetector> = {
  /** As published: seconds, mean absolute deviation, nothing capped. */
  'manhattan-scaled': {
    scaled: false,
    refitEvery: 1,
    train(rows, background) {
      const detector = scaledManhattan({ cap: Infinity, digits: 15 });
      return detector.ready(detector.fit(rows, background ? options(background) : {}));
    },
  },
  autoencoder: {
    scaled: true,
    refitEvery: 50,
    train(rows, background) {
      const detector = autoencoder(trainAutoencoder);
      return detector.ready(detector.fit(rows, options(background)));
    },
  },
  /** What ships: all detectors, and people in general where a background may be used. */
  verity: {
    scaled: true,
    refitEvery: 50,
    train(rows, background) {
      const manhattan = scaledManhattan();
      const network = autoencoder(trainAutoencoder);
      const chosen = options(background);
      const parts: Distance[] = [
        manhattan.ready(manhattan.fit(rows, chosen)),
        network.ready(network.fit(rows, chosen)),
        background
          ? manhattan.ready(manhattan.fit(background.windows, { weights: background.weights }))
          : () => 1,
        nearestWindows.ready(nearestWindows.fit(rows, chosen)),
      ];
      return (row) =>
        Math.exp(parts.reduce((sum, part, d) => sum + (SHARES[d] as number) * logOf(part(row)), 0));
    },
  },
};

export const SHIPPED_DETECTOR = 'verity';
