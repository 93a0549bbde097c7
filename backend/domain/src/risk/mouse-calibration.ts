// What a score of the mouse model weighs: learnt from left-out actions of the person and of people never met.
import { clamp, roundTo } from '../kernel/maths';

/** weight = slope * (clamped score - middle): natural log-odds per action, before the bounds. */
export interface MouseCalibration {
  slope: number;
  middle: number;
}

/** One action may not say more than this: a score counts between these bounds. */
export const SCORE_REACH = 2;
/** Actions of one person in a row resemble one another; so blocks of them are what is counted, not each for itself. */
export const BLOCK_ACTIONS = 20;
/** Natural log-odds of an action per unit of score: where it is steeper, one action reaches its bounds anyway. */
export const STEEPEST = 10;
/** Variance of a block's mean score, and what it is worth in blocks: from recorded people, docs/models/mouse.md. */
const TYPICAL_VARIANCE = 0.12;
const TYPICAL_STRENGTH = 6;

/** Runs of scores, each of one person in the order of time. */
export type Runs = readonly (readonly number[])[];

/**
 * The mean score of a block is taken as normal with one variance around the person's and around the strangers' mean; the
 * log-likelihood ratio of a block is then a straight line, and an action counts its share of it. Strangers that do not
 * differ at all give a weight of nothing.
 */
export function calibrateMouse(own: Runs, strangers: Runs): MouseCalibration {
  const ownMeans = own.flatMap(blockMeans);
  const strangerMeans = strangers.flatMap(blockMeans);
  if (ownMeans.length === 0 || strangerMeans.length === 0) return { slope: 0, middle: 0 };
  const mine = meanOf(ownMeans);
  const theirs = meanOf(strangerMeans);
  // People count alike on both sides, however many blocks there are of each.
  const variance =
    (joined(squares(ownMeans, mine), ownMeans.length) +
      joined(squares(strangerMeans, theirs), strangerMeans.length)) /
    2;
  const slope = clamp((theirs - mine) / variance / BLOCK_ACTIONS, 0, STEEPEST);
  // These strangers were never met. Some who come later were, and score higher: the middle lies half way to even odds.
  return { slope: roundTo(slope, 6), middle: roundTo((mine + theirs) / 4, 6) };
}

export const weightOfScore = ({ slope, middle }: MouseCalibration, score: number): number =>
  slope * (clamp(score, -SCORE_REACH, SCORE_REACH) - middle);

function blockMeans(run: readonly number[]): number[] {
  const means: number[] = [];
  for (let from = 0; from + BLOCK_ACTIONS <= run.length; from += BLOCK_ACTIONS) {
    const block = run.slice(from, from + BLOCK_ACTIONS);
    means.push(meanOf(block.map((score) => clamp(score, -SCORE_REACH, SCORE_REACH))));
  }
  return means;
}

const meanOf = (xs: readonly number[]): number => xs.reduce((sum, x) => sum + x, 0) / xs.length;

const squares = (xs: readonly number[], centre: number): number =>
  xs.reduce((sum, x) => sum + (x - centre) ** 2, 0);

const joined = (sum: number, n: number): number =>
  (sum + TYPICAL_STRENGTH * TYPICAL_VARIANCE) / (n + TYPICAL_STRENGTH);
