// Gradient-boosted trees (Friedman 2001) over binned features, on typed arrays: what tells one person's actions from others'.
import type { SeededRandom } from '../kernel/maths';

/** Bin 0 is for what is absent; the others lie between ascending cuts. */
export type Cuts = readonly (readonly number[])[];

/** Complete trees of one depth, one after the other; the children of node i are 2i + 1 and 2i + 2. */
export interface Trees {
  depth: number;
  /** Per inner node: the feature asked for, and the highest bin that goes left. */
  features: Uint8Array;
  bins: Uint8Array;
  /** Per leaf, in units of `LEAF`. */
  leaves: Int16Array;
}

export interface BoostingTask {
  /** Rows of bins, one after the other. */
  rows: Uint8Array;
  width: number;
  /** 1 for what the score shall rise with, 0 for the rest. */
  targets: Uint8Array;
  weights: Float64Array;
  random: SeededRandom;
}

/** Chosen on recorded people: see docs/models/mouse.md. */
export const BOOSTING = {
  trees: 200,
  depth: 5,
  learningRate: 0.07,
  /** Of the features that each tree may ask for, and of the rows that it learns from. */
  featureShare: 0.25,
  rowShare: 0.7,
  /** Ridge on a leaf, and the least curvature (about a quarter of its weight) that a child keeps. */
  ridge: 5,
  leastChild: 5,
} as const;

export const LEAF = 1 / 4000;
const MOST_BINS = 32;
/** Sends every row left: for a node that is not worth a split. */
const ALL_LEFT = 255;

/** Cuts at quantiles of the rows, as many as tell values apart. */
export function cutsOf(rows: readonly Float64Array[], width: number): number[][] {
  return Array.from({ length: width }, (_, f) => {
    const sorted = Float64Array.from(rows, (row) => row[f] as number)
      .filter((x) => x === x)
      .sort();
    const cuts: number[] = [];
    for (let b = 1; b < MOST_BINS - 1; b++) {
      const at = Math.floor((sorted.length * b) / (MOST_BINS - 1));
      const cut = Number((sorted[at] ?? Number.NaN).toPrecision(5));
      if (cut === cut && (cuts.length === 0 || cut > (cuts.at(-1) as number))) cuts.push(cut);
    }
    return cuts;
  });
}

/** Writes the bins of a row into `into` from `at` on. */
export function binInto(cuts: Cuts, row: Float64Array, into: Uint8Array, at = 0): void {
  for (let f = 0; f < cuts.length; f++) {
    const x = row[f] as number;
    if (x !== x) {
      into[at + f] = 0;
      continue;
    }
    const own = cuts[f] as readonly number[];
    let low = 0;
    let high = own.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (x >= (own[middle] as number)) low = middle + 1;
      else high = middle;
    }
    into[at + f] = low + 1;
  }
}

/** The sum of the trees for the row of bins at `at`: natural log-odds. */
export function scoreTrees(trees: Trees, bins: Uint8Array, at = 0): number {
  const { depth, features, bins: splits, leaves } = trees;
  const inner = (1 << depth) - 1;
  const count = features.length / inner;
  let sum = 0;
  for (let tree = 0; tree < count; tree++) {
    const base = tree * inner;
    let node = 0;
    for (let level = 0; level < depth; level++) {
      const left =
        (bins[at + (features[base + node] as number)] as number) <= (splits[base + node] as number);
      node = 2 * node + (left ? 1 : 2);
    }
    sum += leaves[tree * (inner + 1) + node - inner] as number;
  }
  return sum * LEAF;
}

/** Fits by second-order boosting of the logistic loss, level by level. Deterministic but for its random numbers. */
export function growTrees({ rows, width, targets, weights, random }: BoostingTask): Trees {
  const { trees: count, depth, featureShare, rowShare } = BOOSTING;
  const n = targets.length;
  const inner = (1 << depth) - 1;
  const trees: Trees = {
    depth,
    features: new Uint8Array(count * inner),
    bins: new Uint8Array(count * inner),
    leaves: new Int16Array(count * (inner + 1)),
  };
  const columns = Math.max(1, Math.round(width * featureShare));
  const scores = new Float64Array(n);
  const slopes = new Float64Array(n);
  const curves = new Float64Array(n);
  const taken = new Uint32Array(n);
  const places = new Uint8Array(n);
  const bins = new Uint8Array(n * columns);
  for (let tree = 0; tree < count; tree++) {
    let most = 0;
    for (let i = 0; i < n; i++) {
      const p = 1 / (1 + Math.exp(-(scores[i] as number)));
      const weight = weights[i] as number;
      slopes[i] = weight * ((targets[i] as number) - p);
      curves[i] = weight * p * (1 - p);
      if (random() < rowShare) taken[most++] = i;
    }
    places.fill(0);
    const asked = someOf(width, columns, random);
    // Side by side, they are read from the cache of the processor, level after level.
    for (let i = 0, to = 0; i < n; i++) {
      for (let c = 0; c < columns; c++)
        bins[to++] = rows[i * width + (asked[c] as number)] as number;
    }
    const growing = { slopes, curves, taken: taken.subarray(0, most), places };
    for (let level = 0; level < depth; level++) {
      splitLevel(trees, tree, level, { ...growing, bins, asked });
    }
    fillLeaves(trees, tree, growing);
    const first = tree * (inner + 1) - inner;
    for (let i = 0; i < n; i++) {
      scores[i] =
        (scores[i] as number) + (trees.leaves[first + (places[i] as number)] as number) * LEAF;
    }
  }
  return trees;
}

interface Growing {
  slopes: Float64Array;
  curves: Float64Array;
  /** The rows that this tree learns from. */
  taken: Uint32Array;
  /** The node that each row has come to. */
  places: Uint8Array;
}

function splitLevel(
  trees: Trees,
  tree: number,
  level: number,
  /** `bins`: of the features that the tree may ask for, row after row. */
  growing: Growing & { bins: Uint8Array; asked: readonly number[] },
): void {
  const { bins, asked, slopes, curves, taken, places } = growing;
  const columns = asked.length;
  const first = (1 << level) - 1;
  const perNode = 2 * columns * MOST_BINS;
  /** Slope and curve of each bin of each column of each node, in turn. */
  const sums = new Float64Array((1 << level) * perNode);
  for (let t = 0; t < taken.length; t++) {
    const i = taken[t] as number;
    const slope = slopes[i] as number;
    const curve = curves[i] as number;
    let column = ((places[i] as number) - first) * perNode;
    for (let at = i * columns, end = at + columns; at < end; at++, column += 2 * MOST_BINS) {
      const cell = column + 2 * (bins[at] as number);
      sums[cell] = (sums[cell] as number) + slope;
      sums[cell + 1] = (sums[cell + 1] as number) + curve;
    }
  }
  const base = tree * ((1 << trees.depth) - 1);
  const columnOf = new Uint8Array(1 << level);
  for (let node = 0; node < 1 << level; node++) {
    const split = bestSplit(sums.subarray(node * perNode, (node + 1) * perNode));
    columnOf[node] = split?.column ?? 0;
    trees.features[base + first + node] = split ? (asked[split.column] as number) : 0;
    trees.bins[base + first + node] = split ? split.bin : ALL_LEFT;
  }
  for (let i = 0; i < places.length; i++) {
    const node = places[i] as number;
    const bin = bins[i * columns + (columnOf[node - first] as number)] as number;
    places[i] = 2 * node + (bin <= (trees.bins[base + node] as number) ? 1 : 2);
  }
}

/** Of one node; `sums` holds slope and curve of each bin, column after column. */
function bestSplit(sums: Float64Array): { column: number; bin: number } | null {
  const { ridge, leastChild } = BOOSTING;
  let slope = 0;
  let curve = 0;
  for (let b = 0; b < MOST_BINS; b++) {
    slope += sums[2 * b] as number;
    curve += sums[2 * b + 1] as number;
  }
  const whole = slope ** 2 / (curve + ridge);
  let best = whole + 1e-6;
  let found: { column: number; bin: number } | null = null;
  for (let column = 0; 2 * column * MOST_BINS < sums.length; column++) {
    let leftSlope = 0;
    let leftCurve = 0;
    for (let bin = 0; bin < MOST_BINS - 1; bin++) {
      const cell = 2 * (column * MOST_BINS + bin);
      leftSlope += sums[cell] as number;
      leftCurve += sums[cell + 1] as number;
      const rightCurve = curve - leftCurve;
      if (leftCurve < leastChild) continue;
      if (rightCurve < leastChild) break;
      const gain =
        leftSlope ** 2 / (leftCurve + ridge) + (slope - leftSlope) ** 2 / (rightCurve + ridge);
      if (gain > best) {
        best = gain;
        found = { column, bin };
      }
    }
  }
  return found;
}

function fillLeaves(trees: Trees, tree: number, growing: Growing): void {
  const { slopes, curves, taken, places } = growing;
  const leaves = 1 << trees.depth;
  const slopeSums = new Float64Array(leaves);
  const curveSums = new Float64Array(leaves);
  for (const i of taken) {
    const leaf = (places[i] as number) - (leaves - 1);
    slopeSums[leaf] = (slopeSums[leaf] as number) + (slopes[i] as number);
    curveSums[leaf] = (curveSums[leaf] as number) + (curves[i] as number);
  }
  for (let leaf = 0; leaf < leaves; leaf++) {
    const step = (slopeSums[leaf] as number) / ((curveSums[leaf] as number) + BOOSTING.ridge);
    trees.leaves[tree * leaves + leaf] = Math.round((BOOSTING.learningRate * step) / LEAF);
  }
}

/** `count` of the numbers below `width`, each as likely. */
function someOf(width: number, count: number, random: SeededRandom): number[] {
  const all = Array.from({ length: width }, (_, f) => f);
  for (let i = 0; i < count; i++) {
    const other = i + Math.floor(random() * (width - i));
    [all[i], all[other]] = [all[other] as number, all[i] as number];
  }
  return all.slice(0, count).sort((a, b) => a - b);
}
