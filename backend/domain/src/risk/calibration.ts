// Calibration: from distances to a weight of evidence, learnt from left-out windows of the person and of others.
import type { FeatureModality } from '../kernel/behaviour-features';
import { clamp, roundTo } from '../kernel/maths';

/**
 * The statistic s is a sum of log distances, each less its mean over the person's left-out windows: far from the person
 * by either detector speaks for a stranger, far from people in general against it (the window is odd, not foreign).
 * The person's windows are taken as normal around 0, other people's as normal around `shift` and spread wider; the weight is
 * the log-likelihood ratio of the two, never falling as s grows, tempered and bounded.
 */
export interface Calibration {
  /** Per distance: mean log distance of the person's left-out windows. */
  own: number[];
  /** Standard deviation of s over the person's left-out windows. */
  ownDeviation: number;
  /** Mean and standard deviation of s over other people's windows. */
  shift: number;
  otherDeviation: number;
  temper: number;
  lowest: number;
  highest: number;
}

/**
 * Shares of the scaled Manhattan distance, the autoencoder's, the distance from people in general, and the nearest
 * windows'. Chosen on people outside the background: see docs/models/behaviour.md.
 */
export const SHARES = [0.25, 0.1, -0.15, 0.65] as const;

/** Below it a distance is as good as none. */
const LEAST_DISTANCE = 1e-3;

/**
 * Windows of one hour resemble one another more than the model of independent windows says, so that their weights
 * would add up to too much: each counts this share.
 */
const TEMPER: Record<FeatureModality, number> = { keystroke: 0.75, mouse: 0.3 };
/** What is typical of people, worth `STRENGTH` windows: the spread of s and where others lie. */
const TYPICAL: Record<FeatureModality, { own: number; shift: number; other: number }> = {
  keystroke: { own: 0.25, shift: 0.6, other: 0.4 },
  mouse: { own: 0.3, shift: 0.4, other: 0.4 },
};
const STRENGTH = 12;
const BOUNDS: Record<FeatureModality, { lowest: number; highest: number }> = {
  keystroke: { lowest: -1.2, highest: 1.6 },
  mouse: { lowest: -0.1, highest: 0.4 },
};

export function calibrate(
  own: readonly (readonly number[])[],
  others: readonly (readonly number[])[],
  modality: FeatureModality,
): Calibration {
  const detectors = own[0]?.length ?? 0;
  const centres: number[] = [];
  for (let d = 0; d < detectors; d++) {
    centres.push(meanOf(own.map((row) => logOf(row[d] as number))));
  }
  const ownS = own.map((row) => statistic(centres, row));
  const otherS = others.map((row) => statistic(centres, row));
  const typical = TYPICAL[modality];
  const shift = Math.max(0, pooled(sumOf(otherS), otherS.length, typical.shift));
  const ownDeviation = Math.sqrt(pooled(squares(ownS, 0), ownS.length, typical.own ** 2));
  const otherDeviation = Math.sqrt(
    pooled(squares(otherS, shift), otherS.length, typical.other ** 2),
  );
  return {
    own: centres.map((x) => roundTo(x, 6)),
    ownDeviation: roundTo(ownDeviation, 6),
    shift: roundTo(shift, 6),
    otherDeviation: roundTo(Math.max(ownDeviation, otherDeviation), 6),
    temper: TEMPER[modality],
    ...BOUNDS[modality],
  };
}

export function weightOf(calibration: Calibration, distances: readonly number[]): number {
  const { own, ownDeviation: g, shift, otherDeviation: b, temper, lowest, highest } = calibration;
  // Below this point the ratio of the two normal curves would rise again, for windows that are too good.
  const turn = b > g ? (-shift * g * g) / (b * b - g * g) : -Infinity;
  const s = Math.max(turn, statistic(own, distances));
  const ratio = Math.log(g / b) + s ** 2 / (2 * g * g) - (s - shift) ** 2 / (2 * b * b);
  return clamp(temper * ratio, lowest, highest);
}

const logOf = (distance: number): number => Math.log(Math.max(distance, LEAST_DISTANCE));

function statistic(centres: readonly number[], distances: readonly number[]): number {
  let sum = 0;
  for (let d = 0; d < centres.length; d++) {
    sum += (SHARES[d] as number) * (logOf(distances[d] as number) - (centres[d] as number));
  }
  return sum;
}

const sumOf = (xs: readonly number[]): number => xs.reduce((sum, x) => sum + x, 0);
const meanOf = (xs: readonly number[]): number => sumOf(xs) / xs.length;

const squares = (xs: readonly number[], centre: number): number =>
  xs.reduce((sum, x) => sum + (x - centre) ** 2, 0);

/** A sum over n values, joined by what is typical. */
const pooled = (sum: number, n: number, typical: number): number =>
  (sum + STRENGTH * typical) / (n + STRENGTH);
