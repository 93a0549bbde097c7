// The nearest-windows detector: are the windows most like this one the person's own, or other people's?
import { Fault } from '@verity/protocol/faults';
import { roundTo } from '../kernel/maths';
import type { Detector } from './detector';
import { centreAndScale } from './scaled-manhattan';

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
const MOST_OWN = 150;
const MOST_PEOPLE = 224;

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
    const centre = Float64Array.from(artefact.centre, (x) => x ?? Number.NaN);
    const inverse = inverseOf(Float64Array.from(artefact.scale, (x) => x ?? Number.NaN));
    const weight = Float64Array.from(centre, (_, f) => artefact.weights?.[f] ?? 1);
    const own = unpacked(artefact.own, weight);
    const people = unpacked(artefact.people, weight);
    const here = new Float64Array(centre.length);
    const present = new Float64Array(centre.length);
    return (window) => {
      for (let f = 0; f < here.length; f++) {
        const z = ((window[f] as number) - (centre[f] as number)) * (inverse[f] as number);
        present[f] = z === z ? 1 : 0;
        here[f] = z === z ? z : 0;
      }
      const near = meanOfNearest(here, present, own);
      return people.at.length > 0
        ? near / Math.max(meanOfNearest(here, present, people), 0.05)
        : near;
    };
  },
};

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
  let letters = '';
  for (const window of windows) {
    for (let f = 0; f < centre.length; f++) {
      const z = ((window[f] as number) - (centre[f] as number)) * (inverse[f] as number);
      const byte = z === z ? Math.max(-127, Math.min(127, Math.round(z))) : ABSENT;
      letters += String.fromCharCode(byte & 0xff);
    }
  }
  return btoa(letters);
}

/** Places and weights of the windows, a row each; an absent feature weighs nothing, so that the loop needs no branch. */
interface Cloud {
  at: Float64Array;
  weight: Float64Array;
}

function unpacked(base64: string, weight: Float64Array): Cloud {
  const bytes = Int8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return {
    at: Float64Array.from(bytes),
    weight: Float64Array.from(bytes, (byte, i) =>
      byte === ABSENT ? 0 : (weight[i % weight.length] as number),
    ),
  };
}

// Working memory, reused: distances of the nearest windows so far, ascending.
const nearest = new Float64Array(NEIGHBOURS);

function meanOfNearest(here: Float64Array, present: Float64Array, cloud: Cloud): number {
  const { at, weight } = cloud;
  const width = here.length;
  const k = Math.max(1, Math.min(NEIGHBOURS, (at.length / width) >> 1));
  let kept = 0;
  for (let start = 0; start < at.length; start += width) {
    let sum = 0;
    let total = 0;
    for (let f = 0; f < width; f++) {
      const z = Math.abs((here[f] as number) - (at[start + f] as number));
      const w = (weight[start + f] as number) * (present[f] as number);
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
