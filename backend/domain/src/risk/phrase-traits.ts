// How a repetition differs from a person's template, in a few numbers that mean the same for every text and person.
import { clamp } from '../kernel/maths';
import { CAP, GRID, medianOfSorted, REACH, type ReadyTemplate } from './phrase-template';

/** In order. Of holds, gaps and steps: mean deviation, each capped; of the shape: what is left without the median. */
export const PHRASE_TRAITS: readonly string[] = [
  'hold_median',
  'gap_median',
  'step_median',
  'hold_mean',
  'gap_mean',
  ...['hold', 'gap', 'step'].flatMap((kind) => [
    `${kind}_capped_1.5`,
    `${kind}_capped_4`,
    `${kind}_capped_8`,
    `${kind}_shape_2`,
    `${kind}_shape_5`,
    `${kind}_surprise`,
  ]),
  'hold_longer',
  'hold_shorter',
  'gap_longer',
  'gap_shorter',
  'mahalanobis',
  'nearest_10',
  'nearest_1',
  'hold_pattern',
  'step_pattern',
];

const NEIGHBOURS = 10;
const WORST = 6;

// Working memory, reused: one repetition is measured at a time and nothing is kept here between two.
const z = new Float64Array(256);
const sorted = new Float64Array(64);
const nearest = new Float64Array(NEIGHBOURS);

/** Writes the traits of a repetition into `out`, in the order of PHRASE_TRAITS. All are finite when the features are. */
export function phraseTraits(
  { keys, centre, inverse, precision, recent, surprise }: ReadyTemplate,
  features: Float64Array,
  out: Float64Array,
): void {
  const joint = 2 * keys - 1;
  const width = centre.length;
  for (let f = 0; f < width; f++) {
    z[f] = ((features[f] as number) - (centre[f] as number)) * (inverse[f] as number);
  }
  let at = 5;
  for (let kind = 0; kind < 3; kind++) {
    const from = kind === 0 ? 0 : kind === 1 ? keys : joint;
    const to = kind === 0 ? keys : kind === 1 ? joint : width;
    const count = to - from;
    for (let f = from; f < to; f++) sorted[f - from] = z[f] as number;
    const median = medianOfSorted(sorted.subarray(0, count).sort(), count);
    out[kind] = clamp(median, -WORST, WORST);
    let [mean, tight, middle, wide, shape2, shape5, odd] = [0, 0, 0, 0, 0, 0, 0];
    for (let f = from; f < to; f++) {
      const x = z[f] as number;
      const far = Math.abs(x);
      const off = Math.abs(x - median);
      mean += clamp(x, -8, 8);
      tight += far < 1.5 ? far : 1.5;
      middle += far < 4 ? far : 4;
      wide += far < 8 ? far : 8;
      shape2 += off < 2 ? off : 2;
      shape5 += off < 5 ? off : 5;
      odd += surpriseAt(surprise, f, x);
    }
    if (kind < 2) out[3 + kind] = clamp(mean / count, -WORST, WORST);
    out[at++] = tight / count;
    out[at++] = middle / count;
    out[at++] = wide / count;
    out[at++] = shape2 / count;
    out[at++] = shape5 / count;
    out[at++] = odd / count;
  }
  for (const [from, to] of [
    [0, keys],
    [keys, joint],
  ] as const) {
    let [above, below] = [0, 0];
    for (let f = from; f < to; f++) {
      above += clamp(z[f] as number, 0, WORST);
      below += clamp(-(z[f] as number), 0, WORST);
    }
    out[at++] = above / (to - from);
    out[at++] = below / (to - from);
  }
  for (let f = 0; f < joint; f++) z[f] = clamp(z[f] as number, -CAP, CAP);
  out[at++] = mahalanobis(precision, joint);
  const k = findNearest(recent, joint);
  let sum = 0;
  for (let i = 0; i < k; i++) sum += nearest[i] as number;
  out[at++] = sum / k;
  out[at++] = nearest[0] as number;
  out[at++] = correlation(features, centre, 0, keys);
  out[at++] = correlation(features, centre, joint, width);
}

function surpriseAt(surprise: Float64Array, f: number, x: number): number {
  const place = ((clamp(x, -REACH, REACH) + REACH) * (GRID - 1)) / (2 * REACH);
  const cell = Math.min(GRID - 2, Math.floor(place));
  const low = surprise[f * GRID + cell] as number;
  const high = surprise[f * GRID + cell + 1] as number;
  return low + (high - low) * (place - cell);
}

function mahalanobis(precision: Float64Array, width: number): number {
  let sum = 0;
  for (let i = 0, p = 0; i < width; i++) {
    let row = 0;
    for (let j = 0; j < i; j++, p++) row += (precision[p] as number) * (z[j] as number);
    sum += (z[i] as number) * (2 * row + (precision[p++] as number) * (z[i] as number));
  }
  return Math.sqrt(Math.max(0, sum) / width);
}

/** Leaves the distances of the nearest repetitions in `nearest`, ascending, and says how many there are. */
function findNearest(recent: Float64Array, width: number): number {
  const most = Math.max(1, Math.min(NEIGHBOURS, (recent.length / width) >> 1));
  let kept = 0;
  for (let start = 0; start < recent.length; start += width) {
    let sum = 0;
    for (let f = 0; f < width; f++)
      sum += Math.abs((z[f] as number) - (recent[start + f] as number));
    const distance = sum / width;
    if (kept === most && distance >= (nearest[most - 1] as number)) continue;
    let place = kept < most ? kept++ : most - 1;
    for (; place > 0 && (nearest[place - 1] as number) > distance; place--) {
      nearest[place] = nearest[place - 1] as number;
    }
    nearest[place] = distance;
  }
  return kept;
}

/** Of the repetition's pattern with the usual one: it does not change with tempo. */
function correlation(a: Float64Array, b: Float64Array, from: number, to: number): number {
  let [sumA, sumB] = [0, 0];
  for (let f = from; f < to; f++) {
    sumA += a[f] as number;
    sumB += b[f] as number;
  }
  const [meanA, meanB] = [sumA / (to - from), sumB / (to - from)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let f = from; f < to; f++) {
    const x = (a[f] as number) - meanA;
    const y = (b[f] as number) - meanB;
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return ab / Math.sqrt(aa * bb + 1e-9);
}
