// Scaled Manhattan distance (Killourhy and Maxion 2009): deviations from the mean over the mean absolute deviation.
import { roundTo } from '@verity/domain/kernel/maths';
import { centreAndScale } from '@verity/domain/risk/centre-and-scale';
import type { Detector } from '@verity/domain/risk/detector';
import { Fault } from '@verity/protocol/faults';

export interface ScaledManhattanArtefact {
  centre: (number | null)[];
  /** Mean absolute deviation. */
  scale: (number | null)[];
  weights: number[] | null;
}

/** Beyond so many deviations a feature says no more: one wild timing must not decide. Not in the published detector. */
export interface ScaledManhattanOptions {
  cap: number;
  /** Significant digits of the artefact. */
  digits: number;
}

export function scaledManhattan(
  { cap, digits }: ScaledManhattanOptions = { cap: 6, digits: 6 },
): Detector<ScaledManhattanArtefact> {
  return {
    name: 'manhattan-scaled',
    version: 1,
    fit(windows, options = {}) {
      if (windows.length < 2) {
        throw new Fault(
          'invalid-input',
          `A model of behaviour needs two windows or more, not ${windows.length}.`,
          {
            fix: 'Gather more windows of this person first.',
          },
        );
      }
      const { centre, scale } = centreAndScale(windows, options.population);
      const plain = (x: number): number | null => (Number.isFinite(x) ? roundTo(x, digits) : null);
      return {
        centre: Array.from(centre, plain),
        scale: Array.from(scale, plain),
        weights: options.weights ? Array.from(options.weights, (w) => roundTo(w, 4)) : null,
      };
    },
    ready({ centre, scale, weights }) {
      const width = centre.length;
      const centres = Float64Array.from(centre, (x) => x ?? Number.NaN);
      // A feature that never varied is given a thousandth of its size, so that a difference counts but stays finite.
      const inverse = Float64Array.from(scale, (s, f) =>
        s === null ? Number.NaN : 1 / Math.max(s, Math.abs(centres[f] as number) * 1e-3, 1e-6),
      );
      const weight = Float64Array.from({ length: width }, (_, f) => weights?.[f] ?? 1);
      return (window) => {
        let sum = 0;
        let total = 0;
        for (let f = 0; f < width; f++) {
          const z =
            Math.abs((window[f] as number) - (centres[f] as number)) * (inverse[f] as number);
          if (z !== z) continue;
          const w = weight[f] as number;
          sum += w * (z < cap ? z : cap);
          total += w;
        }
        return total > 0 ? sum / total : 1;
      };
    },
  };
}
