// Scaled Manhattan distance (Killourhy and Maxion 2009): deviations from the mean over the mean absolute deviation.
import { Fault } from '@verity/protocol/faults';
import { roundTo } from '../kernel/maths';
import type { Detector, FitOptions } from './detector';

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

export interface Centred {
  centre: Float64Array;
  scale: Float64Array;
}

/** Mean and mean absolute deviation of each feature over the windows that have it; NaN where fewer than two do. */
export function centreAndScale(
  windows: readonly Float64Array[],
  population?: FitOptions['population'],
): Centred {
  const width = windows[0]?.length ?? 0;
  const centre = new Float64Array(width).fill(Number.NaN);
  const scale = new Float64Array(width).fill(Number.NaN);
  for (let f = 0; f < width; f++) {
    let n = 0;
    let sum = 0;
    for (const window of windows) {
      const x = window[f] as number;
      if (!Number.isFinite(x)) continue;
      n++;
      sum += x;
    }
    if (n < 2) continue;
    const mean = sum / n;
    let deviations = 0;
    for (const window of windows) {
      const x = window[f] as number;
      if (Number.isFinite(x)) deviations += Math.abs(x - mean);
    }
    centre[f] = mean;
    const typical = population?.scale[f];
    scale[f] =
      population && typical !== undefined && Number.isFinite(typical)
        ? (deviations + population.strength * typical) / (n + population.strength)
        : deviations / n;
  }
  return { centre, scale };
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
