// The nearest-windows detector: are the windows most like this one the person's own, or other people's?
import { Fault } from '@verity/protocol/faults';
import { base64Of, bytesOf } from '../kernel/base64';
import { roundTo } from '../kernel/maths';
import { centreAndScale } from './centre-and-scale';
import type { Detector } from './detector';

export interface NearestArtefact {
  centre: (number | null)[];
  scale: (number | null)[];
  weights: number[] | null;
  /** Windows in deviations from the centre, a byte a feature (see STEPS), in base64. */
  own: string;
  people: string;
}

/** Bytes per deviation; -128 stands for an absent feature. */
const STEPS = 8;
const ABSENT = -128;
/** Beyond so many deviations a feature says no more. */
const CAP = 6;
/** Neighbours that are averaged, at most half of the windows. */
const NEIGHBOURS = 10;
/** The newest of the person, and an even choice of other people's: more cost time and tell no more. */
const MOST_OWN = 48;
const MOST_PEOPLE = 42;

export const nearestWindows: Detector<NearestArtefact> = {
  name: 'nearest',
  version: 1,
  fit(windows, { weights, population, others = [] } = {}) {
    if (windows.length < 2) {
      throw new Fault('invalid-input', 'Nearest windows need two windows or more.', {
        fix: 'Gather more windows of this person first.',
      });
    }
    const { centre, scale } = centreAndScale(windows, population);
    const plain = (x: number): number | null => (Number.isFinite(x) ? roundTo(x, 6) : null);
    const inverse = inverseOf(scale);
    return {
      centre: Array.from(centre, plain),
      scale: Array.from(scale, plain),
      weights: weights ? Array.from(weights, (w) => roundTo(w, 4)) : null,
      own: packed(windows.slice(-MOST_OWN), centre, inverse),
      people: packed(evenly(others, MOST_PEOPLE), centre, inverse),
    };
  },
  ready(artefact) {
    const distances = nearestDistances(artefact, [artefact.own]);
    const out = new Float64Array(1);
    return (window) => {
      distances(window, out);
      return out[0] as number;
    };
  },
};

/**
 * Gives the function that writes, for each of several sets of the person's windows, the distance of a window from them
 * over its distance from other people's into `out`. Sets beyond the first are packed by `packWindows`.
 */
export function nearestDistances(
  artefact: NearestArtefact,
  owns: readonly string[],
): (window: Float64Array, out: Float64Array) => void {
  const { centre, inverse } = placeOf(artefact);
  const weights = Float64Array.from(centre, (_, f) => artefact.weights?.[f] ?? 1);
  const weight = new Float64Array(centre.length);
  const sets = owns.map(unpacked);
  const people = unpacked(artefact.people);
  const here = new Float64Array(centre.length);
  const present = new Int32Array(centre.length);
  return (window, out) => {
    let count = 0;
    for (let f = 0; f < centre.length; f++) {
      const z = ((window[f] as number) - (centre[f] as number)) * (inverse[f] as number);
      if (z !== z) continue;
      here[count] = z;
      weight[count] = weights[f] as number;
      present[count++] = f;
    }
    const place = { here, present, weight, count };
    const others =
      people.length > 0 ? Math.max(meanOfNearest(place, people, centre.length), 0.05) : 1;
    for (let s = 0; s < sets.length; s++) {
      out[s] = meanOfNearest(place, sets[s] as Int8Array, centre.length) / others;
    }
  };
}

/** The newest of these windows, as another set of the person's own for an artefact made before. */
export function packWindows(artefact: NearestArtefact, windows: readonly Float64Array[]): string {
  const { centre, inverse } = placeOf(artefact);
  return packed(windows.slice(-MOST_OWN), centre, inverse);
}

function placeOf({ centre, scale }: NearestArtefact) {
  return {
    centre: Float64Array.from(centre, (x) => x ?? Number.NaN),
    inverse: inverseOf(Float64Array.from(scale, (x) => x ?? Number.NaN)),
  };
}

const inverseOf = (scale: Float64Array): Float64Array =>
  scale.map((s) => (Number.isFinite(s) ? STEPS / Math.max(s, 1e-6) : Number.NaN));

const evenly = <T>(items: readonly T[], most: number): readonly T[] =>
  items.length <= most
    ? items
    : Array.from({ length: most }, (_, i) => items[Math.floor((i * items.length) / most)] as T);

function packed(
  windows: readonly Float64Array[],
  centre: Float64Array,
  inverse: Float64Array,
): string {
  const bytes = new Int8Array(windows.length * centre.length);
  let at = 0;
  for (const window of windows) {
    for (let f = 0; f < centre.length; f++) {
      const z = ((window[f] as number) - (centre[f] as number)) * (inverse[f] as number);
      bytes[at++] = z === z ? Math.max(-127, Math.min(127, Math.round(z))) : ABSENT;
    }
  }
  return base64Of(new Uint8Array(bytes.buffer));
}

/** Windows in eighths of a deviation, a row of bytes each: so few bytes stay near the processor. */
const unpacked = (base64: string): Int8Array => new Int8Array(bytesOf(base64).buffer);

// Working memory, reused: distances of the nearest windows so far, ascending.
const nearest = new Float64Array(NEIGHBOURS);

/** A window in its `count` present features: which they are, where it lies in them, and what they weigh. */
interface Place {
  here: Float64Array;
  present: Int32Array;
  weight: Float64Array;
  count: number;
}

function meanOfNearest(
  { here, present, weight, count }: Place,
  at: Int8Array,
  width: number,
): number {
  const k = Math.max(1, Math.min(NEIGHBOURS, (at.length / width) >> 1));
  let kept = 0;
  for (let start = 0; start < at.length; start += width) {
    let sum = 0;
    let total = 0;
    for (let i = 0; i < count; i++) {
      const there = at[start + (present[i] as number)] as number;
      if (there === ABSENT) continue;
      const z = Math.abs((here[i] as number) - there);
      const w = weight[i] as number;
      sum += w * (z < CAP * STEPS ? z : CAP * STEPS);
      total += w;
    }
    const distance = total > 0 ? sum / (total * STEPS) : 1;
    if (kept === k && distance >= (nearest[k - 1] as number)) continue;
    let place = kept < k ? kept++ : k - 1;
    for (; place > 0 && (nearest[place - 1] as number) > distance; place--) {
      nearest[place] = nearest[place - 1] as number;
    }
    nearest[place] = distance;
  }
  let sum = 0;
  for (let i = 0; i < kept; i++) sum += nearest[i] as number;
  return kept > 0 ? sum / kept : 1;
}
