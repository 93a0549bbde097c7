// How people type: the model of the world in which one person's typing is learnt and weighed.
import { base64Of, bytesOf } from '../kernel/base64';
import { COUNT_OF_MEASURE, FREE_MEASURES } from '../kernel/keystroke-features';
import {
  applied,
  inverse,
  minus,
  plus,
  product,
  squareOf,
  transposed,
  type Matrix,
} from '../kernel/matrix';

const SIZE = FREE_MEASURES;

/**
 * Four levels of normal variation, each with its covariance over the measures: people differ from `mean`, a person's
 * sittings differ from the person, the windows of a sitting from the sitting, and single keystrokes from the window.
 * A measure that is the mean of n keystrokes has the variance `noise / n` about its window.
 */
export interface TypingWorld {
  mean: Float64Array;
  person: Matrix;
  sitting: Matrix;
  window: Matrix;
  noise: Float64Array;
}

/** As it is committed: float32 in base64, of each covariance the lower triangle row by row. */
export interface PackedWorld {
  mean: string;
  person: string;
  sitting: string;
  window: string;
  noise: string;
}

export function packFloats(values: ArrayLike<number>): string {
  return base64Of(new Uint8Array(Float32Array.from(values).buffer));
}

/** Null when the text is not base64, or not of `length` finite numbers. */
export function unpackFloats(base64: string, length: number): Float64Array | null {
  if (base64.length % 4 !== 0) return null;
  const bytes = bytesOf(base64);
  if (bytes.length !== length * 4) return null;
  const values = Float64Array.from(new Float32Array(bytes.buffer));
  return values.every(Number.isFinite) ? values : null;
}

export const TRIANGLE = (SIZE * (SIZE + 1)) / 2;

export function lowerOf(matrix: Matrix): Float64Array {
  const out = new Float64Array(TRIANGLE);
  for (let r = 0, at = 0; r < SIZE; r++) {
    for (let c = 0; c <= r; c++) out[at++] = matrix[r * SIZE + c] as number;
  }
  return out;
}

export function fromLower(lower: Float64Array): Matrix {
  const out = squareOf(SIZE);
  for (let r = 0, at = 0; r < SIZE; r++) {
    for (let c = 0; c <= r; c++, at++) {
      out[r * SIZE + c] = lower[at] as number;
      out[c * SIZE + r] = lower[at] as number;
    }
  }
  return out;
}

/** Throws RangeError when the data were made for other features. */
export function readWorld(packed: PackedWorld): TypingWorld {
  const read = (text: string, length: number): Float64Array => {
    const values = unpackFloats(text, length);
    if (!values) throw new RangeError('The world of typing was made for other features.');
    return values;
  };
  return {
    mean: read(packed.mean, SIZE),
    noise: read(packed.noise, SIZE),
    person: fromLower(read(packed.person, TRIANGLE)),
    sitting: fromLower(read(packed.sitting, TRIANGLE)),
    window: fromLower(read(packed.window, TRIANGLE)),
  };
}

/** Far above what fits in a window. */
const MOST_SEEN = 1000;

/** How often a window saw a measure; 0 when it is absent. */
export function seen(window: Float64Array, measure: number): number {
  if (!Number.isFinite(window[measure])) return 0;
  const at = COUNT_OF_MEASURE[measure] as number;
  if (at < 0) return 1;
  const count = window[at] as number;
  return count >= 1 ? Math.min(count, MOST_SEEN) : 0;
}

/** What a window says of its sitting: the measures that it has, the precision of them, and precision times measure. */
export interface WindowView {
  present: number[];
  /** Inverse of the covariance of the present measures about the sitting, over `present`. */
  precision: Matrix;
  /** Precision times the measures, over `present`. */
  information: Float64Array;
}

export function viewOf(world: TypingWorld, window: Float64Array): WindowView {
  const present: number[] = [];
  for (let f = 0; f < SIZE; f++) if (seen(window, f) > 0) present.push(f);
  const n = present.length;
  const covariance = squareOf(n);
  present.forEach((f, r) => {
    present.forEach((g, c) => {
      covariance[r * n + c] = world.window[f * SIZE + g] as number;
    });
    covariance[r * n + r] =
      (covariance[r * n + r] as number) + (world.noise[f] as number) / seen(window, f);
  });
  const precision = inverse(covariance, n);
  const measures = Float64Array.from(present, (f) => window[f] as number);
  return { present, precision, information: applied(precision, measures) };
}

/** A normal belief: mean and covariance. */
export interface Belief {
  mean: Float64Array;
  covariance: Matrix;
}

/** What the windows of a sitting say of its level, as the inverse covariance and that times the mean; prior left out. */
export function sittingEvidence(views: readonly WindowView[]) {
  const precision = squareOf(SIZE);
  const information = new Float64Array(SIZE);
  for (const view of views) {
    const n = view.present.length;
    view.present.forEach((f, r) => {
      information[f] = (information[f] as number) + (view.information[r] as number);
      view.present.forEach((g, c) => {
        const at = f * SIZE + g;
        precision[at] = (precision[at] as number) + (view.precision[r * n + c] as number);
      });
    });
  }
  return { precision, information };
}

/** The belief about a person after windows of some sittings, and about the level of each sitting given the person. */
export function learnPerson(
  world: TypingWorld,
  sittings: readonly (readonly WindowView[])[],
): { person: Belief; sittings: { covariance: Matrix; information: Float64Array }[] } {
  const prior = inverse(world.person, SIZE);
  const between = inverse(world.sitting, SIZE);
  let precision = prior;
  let information = applied(prior, world.mean);
  const levels = sittings.map((views) => {
    const evidence = sittingEvidence(views);
    const covariance = inverse(plus(evidence.precision, between), SIZE);
    const passed = product(between, covariance, SIZE);
    precision = plus(precision, minus(between, product(passed, between, SIZE)));
    information = plus(information, applied(passed, evidence.information));
    return { covariance, information: evidence.information };
  });
  const covariance = inverse(symmetric(precision), SIZE);
  return { person: { mean: applied(covariance, information), covariance }, sittings: levels };
}

/** Rounding makes products a little unequal on both sides of the diagonal. */
export const symmetric = (a: Matrix): Matrix => plus(a, transposed(a, SIZE)).map((x) => x / 2);
