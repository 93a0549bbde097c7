// The model of one person's mouse: trees that tell the own actions from other people's, and what their score weighs.
import { Fault } from '@verity/protocol/faults';
import { MOUSE_FEATURES } from '../kernel/behaviour-features';
import { clamp, quantileOfSorted, roundTo, seededRandom } from '../kernel/maths';
import { binInto, cutsOf, growTrees, scoreTrees, type Cuts, type Trees } from './boosted-trees';
import { MouseArtefact, packTrees, readMouseArtefact, unpackTrees } from './mouse-artefact';
import { calibrateMouse, weightOfScore } from './mouse-calibration';
import { mouseInWords } from './mouse-words';
import type { ReadyModel } from './model-kind';
import type { GuardRules } from './update-guard';

/** Actions: for a first model, for one that is called ready, and the most that one is trained on. */
export const MOUSE_ACTIONS = { first: 80, needed: 250, most: 2_000, every: 500 } as const;
/** Before so many actions a weight counts in proportion: what is usual of the person is not yet known. */
const FULL_VOICE_ACTIONS = 400;
/** Others: so many people of this installation, so many actions of each, so many in all. */
export const COHORT = { people: 12, actions: 600, least: 40 } as const;
const MOST_OTHERS = 6_000;
const FOLDS = 4;
const WIDTH = MOUSE_FEATURES.length;

/**
 * Of the weight of one action, natural log-odds. Where others of the same installation were there to learn from, the model
 * has been tested on strangers with like mice and pages; without them it can only tell equipment apart, so it whispers.
 */
const BOUNDS = {
  tested: { lowest: -0.4, highest: 0.5 },
  whisper: { lowest: -0.005, highest: 0.005 },
} as const;
const FEWEST_COHORT = 3;

/** What the guard lets an enrolled model learn: docs/models/mouse.md says how they were chosen. */
export const MOUSE_GUARD: GuardRules = {
  enrolled: 1_000,
  block: 80,
  perDay: 1_000,
  directed: 0.15,
  apart: 0.8,
};
/** What a model has learnt since its enrolment may change the weight of an action by so much, natural log-odds. */
const MOST_INFLUENCE = 0.01;
/** What a model has become counts as enrolled after so long: who changes for good is followed over months. */
const ENROLMENT_DAYS = 90;
const DAY_MS = 86_400_000;

export interface MouseTraining {
  /** Actions of the person, oldest first. */
  windows: readonly Float64Array[];
  /** Actions of other people of this installation, person by person, oldest first. */
  cohort: readonly (readonly Float64Array[])[];
  /** The same of people elsewhere. */
  shipped: readonly (readonly Float64Array[])[];
  version: number;
  now: Date;
  /** The artefact of the version before, null for the first. */
  before?: string | null;
}

/**
 * Trains and calibrates. Deterministic: the same actions and version make the same artefact. Actions of another number of
 * features, from another version of Verity, are left out; throws `invalid-input` when too few are left, or no two others.
 */
export function trainMouseModel(training: MouseTraining): MouseArtefact {
  const { version, now } = training;
  const fitting = (windows: readonly Float64Array[]): Float64Array[] =>
    windows.filter(({ length }) => length === WIDTH);
  const own = fitting(training.windows);
  const peopleOf = (many: MouseTraining['cohort']): Float64Array[][] =>
    many.map(fitting).filter(({ length }) => length >= COHORT.least);
  const cohort = peopleOf(training.cohort);
  const shipped = peopleOf(training.shipped);
  if (own.length < MOUSE_ACTIONS.first || cohort.length + shipped.length < 2) {
    throw new Fault(
      'invalid-input',
      `A mouse model needs ${MOUSE_ACTIONS.first} actions or more of ${WIDTH} features, and two other people; here are ` +
        `${own.length} and ${cohort.length + shipped.length}.`,
      { fix: 'Gather more actions of this person, measured by this version of Verity.' },
    );
  }
  const seed = version * 7919 + own.length;
  const { cuts, trees } = fit(own, [...cohort, ...shipped], seed);
  const tested = cohort.length >= FEWEST_COHORT;
  return {
    format: 'verity-mouse',
    formatVersion: 1,
    modality: 'mouse',
    version,
    trainedAt: now.toISOString(),
    windows: own.length,
    // Who whispers knows nobody yet, however many actions there are.
    state: tested && own.length >= MOUSE_ACTIONS.needed ? 'ready' : 'learning',
    features: MOUSE_FEATURES.map(({ name }) => name),
    cohort: cohort.length,
    shipped: shipped.length,
    cuts,
    trees: packTrees(trees),
    usual: usualOf(own),
    calibration: calibrated(own, cohort, shipped, tested, seed),
    ...(tested ? BOUNDS.tested : BOUNDS.whisper),
    enrolled: tested ? enrolledModel(training.before ?? null, now) : null,
  };
}

/** Only what was told from people of the same installation is worth keeping to. */
const isTested = ({ cohort }: Pick<MouseArtefact, 'cohort'>): boolean => cohort >= FEWEST_COHORT;

/** The enrolled model behind the version before, where it holds: null while somebody is being enrolled. */
export function enrolledModel(before: string | null, now: Date): MouseArtefact['enrolled'] {
  if (before === null) return null;
  const { data } = MouseArtefact.safeParse(JSON.parse(before));
  if (!data || !isTested(data) || data.windows < MOUSE_GUARD.enrolled) return null;
  const { cuts, trees, calibration, trainedAt } = data;
  const enrolled = data.enrolled ?? { at: trainedAt, cuts, trees, calibration };
  const days = (now.getTime() - Date.parse(enrolled.at)) / DAY_MS;
  return days < ENROLMENT_DAYS ? enrolled : null;
}

/** Trees whose score rises with strangeness. The person counts as much as all others; these count alike. */
function fit(
  history: readonly Float64Array[],
  people: readonly (readonly Float64Array[])[],
  seed: number,
): { cuts: number[][]; trees: Trees } {
  // Actions far apart teach more than as many in a row.
  const own = spreadOver(history, MOUSE_ACTIONS.most);
  const each = Math.min(COHORT.actions, Math.floor(MOST_OTHERS / people.length));
  const others = people.map((windows) => spreadOver(windows, each));
  const all = [...own, ...others.flat()];
  const cuts = cutsOf(all, WIDTH);
  const rows = new Uint8Array(all.length * WIDTH);
  all.forEach((window, i) => binInto(cuts, window, rows, i * WIDTH));
  const targets = new Uint8Array(all.length).fill(1, own.length);
  const weights = new Float64Array(all.length).fill(1);
  let at = own.length;
  for (const windows of others) {
    weights.fill(own.length / people.length / windows.length, at, at + windows.length);
    at += windows.length;
  }
  const random = seededRandom(seed);
  return { cuts, trees: growTrees({ rows, width: WIDTH, targets, weights, random }) };
}

/** Each block of the person's actions, and each of the others, is scored by trees that have never met them. */
function calibrated(
  own: readonly Float64Array[],
  cohort: readonly (readonly Float64Array[])[],
  shipped: readonly (readonly Float64Array[])[],
  tested: boolean,
  seed: number,
): MouseArtefact['calibration'] {
  const strangers = tested ? cohort : [...cohort, ...shipped];
  const always = tested ? shipped : [];
  const ownRuns: number[][] = [];
  const strangerRuns: number[][] = [];
  for (let fold = 0; fold < FOLDS; fold++) {
    const from = Math.floor((fold * own.length) / FOLDS);
    const to = Math.floor(((fold + 1) * own.length) / FOLDS);
    const unmet = strangers.filter((_, i) => i % FOLDS === fold);
    const met = [...strangers.filter((_, i) => i % FOLDS !== fold), ...always];
    const { cuts, trees } = fit([...own.slice(0, from), ...own.slice(to)], met, seed + fold + 1);
    const score = scorer(cuts, trees);
    ownRuns.push(own.slice(from, to).map(score));
    for (const windows of unmet) strangerRuns.push(windows.map(score));
  }
  return calibrateMouse(ownRuns, strangerRuns);
}

function scorer(cuts: Cuts, trees: Trees): (window: Float64Array) => number {
  const bins = new Uint8Array(WIDTH);
  return (window) => {
    binInto(cuts, window, bins);
    return scoreTrees(trees, bins);
  };
}

const spreadOver = <T>(items: readonly T[], count: number): readonly T[] =>
  items.length <= count
    ? items
    : Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)] as T);

function usualOf(own: readonly Float64Array[]): MouseArtefact['usual'] {
  const centre: (number | null)[] = [];
  const scale: (number | null)[] = [];
  for (let f = 0; f < WIDTH; f++) {
    const sorted = Float64Array.from(own, (window) => window[f] as number)
      .filter((x) => x === x)
      .sort();
    const spread = (quantileOfSorted(sorted, 0.75) - quantileOfSorted(sorted, 0.25)) / 1.35;
    const known = sorted.length >= 10;
    centre.push(known ? roundTo(quantileOfSorted(sorted, 0.5), 5) : null);
    scale.push(known ? roundTo(Math.max(spread, 1e-3), 5) : null);
  }
  return { centre, scale };
}

export interface MouseModel extends ReadyModel {
  /** Natural log-odds of the trees alone, before calibration. */
  score(window: Float64Array): number;
}

/** Reads an artefact back. Throws `invalid-input` when it is truncated, foreign, or of another format or feature set. */
export function parseMouseModel(json: string): MouseModel {
  const artefact = readMouseArtefact(json);
  const { lowest, highest, calibration, usual, enrolled } = artefact;
  const score = scorer(artefact.cuts, unpackTrees(artefact.trees));
  const before = enrolled && {
    score: scorer(enrolled.cuts, unpackTrees(enrolled.trees)),
    calibration: enrolled.calibration,
  };
  const certainty = clamp(artefact.windows / FULL_VOICE_ACTIONS, 0, 1);
  const scoreChecked = (window: Float64Array): number => {
    if (window.length === WIDTH) return score(window);
    throw new Fault(
      'invalid-input',
      `The window has ${window.length} features, the model ${WIDTH}.`,
      { fix: 'Train the model again with windows of this version of Verity.' },
    );
  };
  const weigh = (window: Float64Array): number => {
    const weight = clamp(weightOfScore(calibration, scoreChecked(window)), lowest, highest);
    if (!window.some((x) => x === x)) return 0;
    if (!before) return weight;
    const then = clamp(weightOfScore(before.calibration, before.score(window)), lowest, highest);
    return clamp(weight, then - MOST_INFLUENCE, then + MOST_INFLUENCE);
  };
  const column = (values: readonly (number | null)[]): Float64Array =>
    Float64Array.from(values, (x) => x ?? Number.NaN);
  return {
    modality: 'mouse',
    version: artefact.version,
    trainedAt: new Date(artefact.trainedAt),
    windows: artefact.windows,
    state: artefact.state,
    ...(isTested(artefact)
      ? { baseline: { centre: column(usual.centre), scale: column(usual.scale) } }
      : {}),
    score: scoreChecked,
    weigh(window) {
      const weight = roundTo(clamp(weigh(window), lowest, highest) * certainty, 6);
      return { weight, value: mouseInWords(usual, window, weight) };
    },
  };
}
