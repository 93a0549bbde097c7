// What a detector of strangers is: fitted to windows of one person, it gives the distance of a new window from them.
import type { SeededRandom } from '../kernel/maths';

export interface FitOptions {
  /** Importance of each feature, mean 1; all alike when left out. */
  weights?: Float64Array;
  /** What people are like on the whole: steadies a fit to few windows. `strength` is its worth in windows. */
  population?: { scale: Float64Array; strength: number };
  /** Windows of other people, for detectors that compare with them. */
  others?: readonly Float64Array[];
  random?: SeededRandom;
}

/**
 * An artefact is plain JSON (numbers, null for what was never seen). `ready` turns it into what scoring needs.
 * A window has one number per feature, NaN where it is absent; absent features are skipped and the rest rescaled.
 */
export interface Detector<Artefact> {
  readonly name: string;
  /** Of the meaning of the artefact. */
  readonly version: number;
  /** Throws `invalid-input` when there are fewer than two windows. */
  fit(windows: readonly Float64Array[], options?: FitOptions): Artefact;
  /** Gives the function from a window to its distance, 0 or more and finite, about 1 for the person's own windows. */
  ready(artefact: Artefact): (window: Float64Array) => number;
}

export type Distance = (window: Float64Array) => number;
