// What is typical of a person typing one fixed text: centre, spread, how features go together, and recent repetitions.
import { base64Of, bytesOf } from '../kernel/base64';
import { clamp, roundTo } from '../kernel/maths';
import { keysOf } from '../kernel/phrase-features';
import { inverseOf } from './symmetric-matrix';
import { withinReach } from './update-guard';

/** As it is stored: JSON numbers, and bytes in base64. */
export interface PhraseTemplate {
  /** Per feature: median of the recent repetitions. */
  centre: number[];
  /** Mean absolute deviation from it, joined by what is typical of people. */
  scale: number[];
  /** Lower triangle, by rows, of the inverse of the shrunk second moments of holds and gaps in deviations. */
  precision: number[];
  /** Recent repetitions: holds and gaps in deviations, STEPS bytes each deviation. */
  recent: string;
  /** Surprise (-ln density) of a deviation from -REACH to REACH, GRID bytes a feature, SURPRISE bytes a nat. */
  surprise: string;
}

/** People change while they practise: only so many of the newest repetitions make the centre. */
export const RECENT_REPETITIONS = 50;
/** Mean absolute deviations of holds, gaps and steps in people on the whole, worth TYPICAL_STRENGTH repetitions. */
const TYPICAL = [0.118, 0.233, 0.195] as const;
const TYPICAL_STRENGTH = 10;
/** How far from the enrolled rhythm a model may follow its person, in deviations a feature: see docs/models/phrase.md. */
const REACH_OF_ANCHOR = 0.5;
/** Beyond so many deviations one timing says no more about which features go together, or who is near. */
export const CAP = 4;
export const STEPS = 31;
export const REACH = 6;
export const GRID = 49;
const SURPRISE_STEPS = 36;
/** Width of the kernel of the density, in deviations; least density. */
const KERNEL = 0.6;
const LEAST_DENSITY = 1e-3;

export interface TemplateOptions {
  /** How many of the newest repetitions make the centre. */
  newest?: number;
  /** The centre stays within reach of it; where it was enrolled. */
  anchor?: Float64Array | null | undefined;
}

/** Makes the template of repetitions, oldest first, at least two and all of one text. */
export function phraseTemplate(
  repetitions: readonly Float64Array[],
  { newest = RECENT_REPETITIONS, anchor }: TemplateOptions = {},
): PhraseTemplate {
  const recent = repetitions.slice(-newest);
  const width = (recent[0] as Float64Array).length;
  const keys = keysOf(width);
  const joint = 2 * keys - 1;
  let centre: Float64Array = new Float64Array(width);
  const scale = new Float64Array(width);
  const column = new Float64Array(recent.length);
  for (let f = 0; f < width; f++) {
    recent.forEach((row, i) => (column[i] = row[f] as number));
    const median = medianOfSorted(column.sort());
    let deviations = 0;
    for (const x of column) deviations += Math.abs(x - median);
    const typical = TYPICAL[kindOfFeature(f, keys)] as number;
    centre[f] = median;
    scale[f] = (deviations + TYPICAL_STRENGTH * typical) / (recent.length + TYPICAL_STRENGTH);
  }
  if (anchor) centre = withinReach(anchor, { centre, scale }, REACH_OF_ANCHOR);
  const deviation = (row: Float64Array, f: number, most: number): number =>
    clamp(((row[f] as number) - (centre[f] as number)) / (scale[f] as number), -most, most);
  const near = recent.map((row) =>
    Float64Array.from({ length: joint }, (_, f) => deviation(row, f, CAP)),
  );
  return {
    centre: Array.from(centre, (x) => roundTo(x, 6)),
    scale: Array.from(scale, (x) => roundTo(x, 6)),
    precision: precisionOf(near, joint),
    recent: bytes(near.flatMap((row) => Array.from(row, (z) => Math.round(z * STEPS)))),
    surprise: bytes(
      Array.from({ length: width }, (_, f) =>
        surpriseOf(repetitions.map((row) => deviation(row, f, REACH))),
      ).flat(),
    ),
  };
}

/** 0 hold, 1 gap, 2 step. */
export const kindOfFeature = (f: number, keys: number): number =>
  f < keys ? 0 : f < 2 * keys - 1 ? 1 : 2;

/** Few repetitions say little of what goes together: the fewer, the more their second moments shrink to the diagonal. */
function precisionOf(rows: readonly Float64Array[], width: number): number[] {
  const shrink = Math.min(1, 0.2 + width / (rows.length + width));
  const moments = Array.from({ length: width }, () => new Float64Array(width));
  for (const row of rows) {
    for (let i = 0; i < width; i++) {
      const into = moments[i] as Float64Array;
      for (let j = 0; j <= i; j++) {
        into[j] = (into[j] as number) + ((row[i] as number) * (row[j] as number)) / rows.length;
      }
    }
  }
  for (let i = 0; i < width; i++) {
    const row = moments[i] as Float64Array;
    for (let j = 0; j < i; j++) {
      row[j] = (row[j] as number) * (1 - shrink);
      (moments[j] as Float64Array)[i] = row[j] as number;
    }
    row[i] = (row[i] as number) + shrink * 0.05 + 1e-3;
  }
  const inverse = inverseOf(moments);
  return inverse.flatMap((row, i) => Array.from(row.subarray(0, i + 1), (x) => roundTo(x, 4)));
}

const CELL = (2 * REACH) / (GRID - 1);
/** The kernel by distance in cells. */
const FALL = Float64Array.from({ length: GRID }, (_, cells) =>
  Math.exp(-0.5 * ((cells * CELL) / KERNEL) ** 2),
);

/** A kernel density on a grid: each deviation is shared by its two cells, the cells are smoothed. */
function surpriseOf(deviations: readonly number[]): number[] {
  const cells = new Float64Array(GRID);
  for (const z of deviations) {
    const place = (z + REACH) / CELL;
    const cell = Math.min(GRID - 2, Math.floor(place));
    cells[cell] = (cells[cell] as number) + 1 - (place - cell);
    cells[cell + 1] = (cells[cell + 1] as number) + place - cell;
  }
  return Array.from({ length: GRID }, (_, g) => {
    let density = 0;
    for (let c = 0; c < GRID; c++) {
      density += (cells[c] as number) * (FALL[Math.abs(c - g)] as number);
    }
    return Math.round(-Math.log(density / deviations.length + LEAST_DENSITY) * SURPRISE_STEPS);
  });
}

export const medianOfSorted = (xs: Float64Array, count = xs.length): number => {
  const half = count >> 1;
  return count % 2 === 1
    ? (xs[half] as number)
    : ((xs[half - 1] as number) + (xs[half] as number)) / 2;
};

/** A template made ready for measuring. */
export interface ReadyTemplate {
  keys: number;
  centre: Float64Array;
  inverse: Float64Array;
  precision: Float64Array;
  recent: Float64Array;
  surprise: Float64Array;
}

export function readyTemplate(template: PhraseTemplate): ReadyTemplate {
  return {
    keys: keysOf(template.centre.length),
    centre: Float64Array.from(template.centre),
    inverse: Float64Array.from(template.scale, (s) => 1 / s),
    precision: Float64Array.from(template.precision),
    recent: Float64Array.from(signed(template.recent), (b) => b / STEPS),
    surprise: Float64Array.from(signed(template.surprise), (b) => (b & 0xff) / SURPRISE_STEPS),
  };
}

const bytes = (numbers: readonly number[]): string => base64Of(Uint8Array.from(numbers));
const signed = (base64: string): Int8Array => new Int8Array(bytesOf(base64).buffer);
