// What is usual of a person's windows: mean and mean absolute deviation of each feature.
import type { FitOptions } from './detector';

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
