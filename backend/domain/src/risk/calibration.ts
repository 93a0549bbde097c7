// Calibration: from distances to a weight of evidence, learnt from left-out windows of the person and of others.
import { clamp } from '../kernel/maths';
import type { Modality } from './ports';

/**
 * The statistic s is the mean of the detectors' log distances, each less its mean over the person's left-out windows.
 * Both kinds of windows are taken as normal in s with one variance, so the log-likelihood ratio is a line in s:
 * slope * (s - threshold), tempered and bounded.
 */
export interface Calibration {
  /** Per detector: mean log distance of the person's left-out windows. */
  own: number[];
  threshold: number;
  slope: number;
  lowest: number;
  highest: number;
}

/** Below it a distance is as good as none. */
const LEAST_DISTANCE = 1e-3;

/**
 * Windows of one hour resemble one another more than the model of independent windows says, so that their weights
 * would add up to too much: each counts this share.
 */
const TEMPER: Record<Modality, number> = { keystroke: 0.75, mouse: 0.3 };
/** What is typical of people, worth `STRENGTH` windows: spread of s, and distance of others from the person in s. */
const TYPICAL: Record<Modality, { deviation: number; shift: number }> = {
  keystroke: { deviation: 0.25, shift: 0.5 },
  mouse: { deviation: 0.3, shift: 0.3 },
};
const STRENGTH = 12;
const BOUNDS: Record<Modality, { lowest: number; highest: number }> = {
  keystroke: { lowest: -1.2, highest: 1.6 },
  mouse: { lowest: -0.3, highest: 0.4 },
};

export function calibrate(
  own: readonly (readonly number[])[],
  others: readonly (readonly number[])[],
  modality: Modality,
): Calibration {
  const detectors = own[0]?.length ?? 0;
  const centres: number[] = [];
  for (let d = 0; d < detectors; d++) {
    centres.push(meanOf(own.map((row) => logOf(row[d] as number))));
  }
  const ownS = own.map((row) => statistic(centres, row));
  const otherS = others.map((row) => statistic(centres, row));
  const typical = TYPICAL[modality];
  const ownVariance = pooled(squares(ownS, 0), ownS.length, typical.deviation ** 2);
  const shift = pooled(
    otherS.reduce((sum, s) => sum + s, 0) * (STRENGTH / Math.max(1, otherS.length)) * 4,
    STRENGTH * 4,
    typical.shift,
  );
  const otherVariance = pooled(squares(otherS, shift), otherS.length, typical.deviation ** 2);
  const variance = (ownVariance + otherVariance) / 2;
  return {
    own: centres,
    threshold: shift / 2,
    slope: (TEMPER[modality] * Math.max(0, shift)) / variance,
    ...BOUNDS[modality],
  };
}

export function weightOf(calibration: Calibration, distances: readonly number[]): number {
  const s = statistic(calibration.own, distances);
  const { slope, threshold, lowest, highest } = calibration;
  return clamp(slope * (s - threshold), lowest, highest);
}

const logOf = (distance: number): number => Math.log(Math.max(distance, LEAST_DISTANCE));

function statistic(centres: readonly number[], distances: readonly number[]): number {
  let sum = 0;
  for (let d = 0; d < centres.length; d++) {
    sum += logOf(distances[d] as number) - (centres[d] as number);
  }
  return sum / centres.length;
}

const meanOf = (xs: readonly number[]): number => xs.reduce((sum, x) => sum + x, 0) / xs.length;

const squares = (xs: readonly number[], centre: number): number =>
  xs.reduce((sum, x) => sum + (x - centre) ** 2, 0);

/** A sum over n values, joined by what is typical. */
const pooled = (sum: number, n: number, typical: number): number =>
  (sum + STRENGTH * typical) / (n + STRENGTH);
