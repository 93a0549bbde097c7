// Guards what a model learns after enrolment: nobody may lead it, step by step, from its person to somebody else.
//
// Four rules. An accepted window waits until later accepted ones agree with it (quarantine). A day teaches so much and
// no more. Updates that all pull one way, farther than the person's own scatter explains, are refused. And whatever is
// learnt, the centre stays within reach of the anchor: the rhythm as it was enrolled.
import { clamp } from '../kernel/maths';

/** What a model knows of the person: the middle and spread of each feature, NaN for what it never saw. */
export interface Baseline {
  centre: Float64Array;
  scale: Float64Array;
}

export interface GuardRules {
  /** Until a model knows so many windows it is being enrolled, and everything teaches. */
  enrolled: number;
  /** Windows of a block: a block waits until the next one agrees with it. */
  block: number;
  /** Windows that one day may teach. */
  perDay: number;
  /** Largest share of the updates' size that may lie in their common direction, 0 to 1. */
  directed: number;
  /** Largest distance of two blocks' means, in deviations a feature (root mean square). */
  apart: number;
}

export interface Update {
  /** When it was made, epoch ms. */
  at: number;
  features: Float64Array;
}

export interface Verdicts<U extends Update> {
  taught: U[];
  /** No later window has agreed with them yet. */
  waiting: U[];
  refused: U[];
}

const DAY_MS = 86_400_000;
/** Beyond so many deviations a feature says no more about a direction. */
const CAP = 4;

/** Judges updates, oldest first, against what the model knows. Every update is in one of the three lists. */
export function guardUpdates<U extends Update>(
  baseline: Baseline,
  updates: readonly U[],
  rules: GuardRules,
): Verdicts<U> {
  const verdicts: Verdicts<U> = { taught: [], waiting: [], refused: [] };
  const daily = new Map<number, number>();
  const blocks: U[][] = [];
  for (let i = 0; i < updates.length; i += rules.block)
    blocks.push(updates.slice(i, i + rules.block));
  blocks.forEach((block, b) => {
    const next = blocks[b + 1];
    if (!next || next.length < rules.block) return void verdicts.waiting.push(...block);
    const mine = meanDeviation(baseline, block);
    const agree =
      rootMeanSquare(difference(mine.mean, meanDeviation(baseline, next).mean)) <= rules.apart;
    if (!agree || directedness(mine) > rules.directed) return void verdicts.refused.push(...block);
    for (const update of block) {
      const day = Math.floor(update.at / DAY_MS);
      const today = daily.get(day) ?? 0;
      daily.set(day, today + 1);
      (today < rules.perDay ? verdicts.taught : verdicts.refused).push(update);
    }
  });
  return verdicts;
}

interface MeanDeviation {
  mean: Float64Array;
  /** Mean over the windows of their mean squared deviation. */
  size: number;
  windows: number;
}

function meanDeviation({ centre, scale }: Baseline, updates: readonly Update[]): MeanDeviation {
  const mean = new Float64Array(centre.length);
  const counts = new Float64Array(centre.length);
  let squares = 0;
  let seen = 0;
  for (const { features } of updates) {
    for (let f = 0; f < centre.length; f++) {
      const z = ((features[f] as number) - (centre[f] as number)) / (scale[f] as number);
      if (z !== z) continue;
      const capped = clamp(z, -CAP, CAP);
      mean[f] = (mean[f] as number) + capped;
      counts[f] = (counts[f] as number) + 1;
      squares += capped * capped;
      seen++;
    }
  }
  for (let f = 0; f < mean.length; f++)
    mean[f] = (mean[f] as number) / Math.max(1, counts[f] as number);
  return { mean, size: seen > 0 ? squares / seen : 0, windows: updates.length };
}

/**
 * The share of the updates' size that their common direction explains, less what chance explains: 0 for windows that
 * scatter around the centre, 1 for windows that are all the same and away from it.
 */
function directedness({ mean, size, windows }: MeanDeviation): number {
  if (size <= 0) return 0;
  const common = rootMeanSquare(mean) ** 2 / size;
  return windows < 2 ? common : clamp((common - 1 / windows) / (1 - 1 / windows), 0, 1);
}

const difference = (a: Float64Array, b: Float64Array): Float64Array =>
  a.map((x, f) => x - (b[f] as number));

const rootMeanSquare = (xs: Float64Array): number =>
  Math.sqrt(xs.reduce((sum, x) => sum + x * x, 0) / Math.max(1, xs.length));

/**
 * The centre, brought back along its way from the anchor until it is at most `reach` deviations a feature (root mean
 * square) from it. Where the anchor knows nothing, the centre stands.
 */
export function withinReach(
  anchor: Float64Array,
  { centre, scale }: Baseline,
  reach: number,
): Float64Array {
  let squares = 0;
  let known = 0;
  for (let f = 0; f < centre.length; f++) {
    const z = ((centre[f] as number) - (anchor[f] as number)) / (scale[f] as number);
    if (z !== z) continue;
    squares += z * z;
    known++;
  }
  const distance = Math.sqrt(squares / Math.max(1, known));
  if (!(distance > reach)) return centre.slice();
  const share = reach / distance;
  return centre.map((x, f) => {
    const from = anchor[f] as number;
    return from === from ? from + share * (x - from) : x;
  });
}
