// The model of one person's free typing: what is believed of their rhythm, and how much a window speaks for a stranger.
import { Fault } from '@verity/protocol/faults';
import {
  COUNT_OF_MEASURE,
  FREE_MEASURES,
  KEYSTROKE_FEATURES,
  KEYSTROKE_MEASURES,
} from '../kernel/keystroke-features';
import { clamp, roundTo } from '../kernel/maths';
import type { Background } from './background';
import type { ModelTask, ReadyModel, Weighed } from './model-kind';
import { nearestDistances, nearestWindows, packWindows } from './nearest';
import { FEWEST_WINDOWS, floatsOf, readTypingArtefact, TypingArtefact } from './typing-artefact';
import { strangerRatios } from './typing-likelihood';
import { typingInWords } from './typing-words';
import {
  fromLower,
  learnPerson,
  lowerOf,
  packFloats,
  TRIANGLE,
  viewOf,
  type TypingWorld,
} from './typing-world';
import type { Baseline, GuardRules } from './update-guard';

/** Windows of a first model, of one that is called ready, and the newest that are learnt from: docs/models/behaviour.md. */
export const TYPING_WINDOWS = { first: 6, needed: 12, most: 400, every: 100 } as const;
/** What one window may weigh: a wild one must not decide. */
const BOUNDS = { lowest: -2, highest: 2 } as const;
/**
 * Windows of one sitting resemble one another, so that weights that are right alone would add up to too much: each
 * counts this share. Chosen by how soon takeovers are caught while the score stays calibrated: docs/models/behaviour.md.
 */
const TEMPER = 0.6;
const POPULATION_STRENGTH = 6;
/** Keystrokes behind a mean of a window, in the middle. */
const TYPICAL_COUNT = 3;

/** What the guard lets an enrolled model learn: docs/models/behaviour.md says how they were chosen. */
export const TYPING_GUARD: GuardRules = {
  enrolled: 48,
  block: 8,
  perDay: 100,
  directed: 0.4,
  apart: 1.2,
};
/**
 * What a model has learnt since its enrolment may change the weight of a window by so much, natural log-odds: it bounds
 * both what an attacker can make acceptable and how far the person can be driven out.
 */
const MOST_INFLUENCE = 0.1;
/** What a model has become counts as enrolled after so long: who changes for good is followed over months. */
const ENROLMENT_DAYS = 90;
const DAY_MS = 86_400_000;

/** How the detectors are joined into a weight: fitted on people of the background, see scripts/evaluate/fit-typing.ts. */
export interface TypingFusion {
  /** Of the log-likelihood ratio. */
  ratio: number;
  /** Of the logarithm of the distance from the nearest windows. */
  nearest: number;
  offset: number;
  /** Over the number of windows learnt: with few of them the nearest lie farther off. */
  offsetOverWindows: number;
}

/** Everything about other people that a person's typing is learnt and weighed against. */
export interface TypingBackground {
  world: TypingWorld;
  cloud: Background;
  fusion: TypingFusion;
}

/** Trains a model. Deterministic: the same task and background make the same artefact. Throws `invalid-input`. */
export function trainTyping(
  task: Pick<ModelTask, 'windows' | 'sittings' | 'version' | 'now' | 'before'>,
  { world, cloud }: Omit<TypingBackground, 'fusion'>,
): TypingArtefact {
  const { version, now } = task;
  // Windows of an older version of Verity have other features, and are of no use.
  const places = task.windows.flatMap((window, i) =>
    window.length === KEYSTROKE_FEATURES.length ? [i] : [],
  );
  const newest = places.slice(-TYPING_WINDOWS.most);
  if (newest.length < FEWEST_WINDOWS) {
    throw new Fault(
      'invalid-input',
      `A keystroke model needs ${FEWEST_WINDOWS} windows or more of ${KEYSTROKE_FEATURES.length} features each; here are ${newest.length}.`,
      { fix: 'Gather more windows of this person, measured by this version of Verity.' },
    );
  }
  const windows = newest.map((i) => task.windows[i] as Float64Array);
  const sittings = new Map<string, Float64Array[]>();
  newest.forEach((i, at) => {
    const sitting = task.sittings?.[i] ?? '';
    const held = sittings.get(sitting) ?? [];
    sittings.set(sitting, held);
    held.push(windows[at] as Float64Array);
  });
  const { person } = learnPerson(
    world,
    [...sittings.values()].map((held) => held.map((window) => viewOf(world, window))),
  );
  const made = {
    format: 'verity-typing',
    formatVersion: 1,
    modality: 'keystroke',
    version,
    trainedAt: now.toISOString(),
    windows: windows.length,
    state: windows.length >= TYPING_WINDOWS.needed ? 'ready' : 'learning',
    features: KEYSTROKE_FEATURES.map(({ name }) => name),
  } as const;
  const own = windows.map(measuresOf);
  const mean = packFloats(person.mean);
  const enrolled = enrolledModel(task.before ?? null, now);
  if (enrolled) {
    const { enrolledAt = enrolled.trainedAt, covariance, nearest } = enrolled;
    const learnt = { mean, own: packWindows(nearest, own) };
    return { ...made, enrolledAt, mean: enrolled.mean, covariance, nearest, learnt };
  }
  return {
    ...made,
    mean,
    covariance: packFloats(lowerOf(person.covariance)),
    nearest: nearestWindows.fit(own, {
      weights: cloud.weights,
      population: { scale: cloud.scale, strength: POPULATION_STRENGTH },
      others: cloud.windows,
    }),
    learnt: null,
  };
}

/** The version before, where its enrolment holds: null while somebody is being enrolled, and when it is of no use. */
function enrolledModel(before: string | null, now: Date): TypingArtefact | null {
  if (before === null) return null;
  const { data } = TypingArtefact.safeParse(JSON.parse(before));
  if (!data || data.windows < TYPING_GUARD.enrolled) return null;
  const days = (now.getTime() - Date.parse(data.enrolledAt ?? data.trainedAt)) / DAY_MS;
  return days < ENROLMENT_DAYS ? data : null;
}

/** A window without its counts. */
export const measuresOf = (window: Float64Array): Float64Array =>
  window.subarray(0, KEYSTROKE_MEASURES);

/** What the detectors say of a window: the log-likelihood ratio, and the log distance of the nearest windows. */
export interface Detected {
  ratio: number;
  nearest: number;
}

export interface TypingModel extends ReadyModel {
  readonly baseline: Baseline;
  /** By what the model knows now, without the bounds of what it has learnt since its enrolment. */
  detect(window: Float64Array): Detected;
}

/** Reads an artefact back. Throws `invalid-input` when it is truncated, foreign, or of another format or feature set. */
export const parseTyping = (json: string, background: TypingBackground): TypingModel =>
  readyTyping(readTypingArtefact(json), background);

export function readyTyping(
  artefact: TypingArtefact,
  { world, fusion }: TypingBackground,
): TypingModel {
  const { learnt } = artefact;
  const person = { covariance: fromLower(floatsOf(artefact.covariance, TRIANGLE)) };
  const enrolled = floatsOf(artefact.mean, FREE_MEASURES);
  const now = learnt ? floatsOf(learnt.mean, FREE_MEASURES) : enrolled;
  const ratios = strangerRatios(world, person, learnt ? [now, enrolled] : [now]);
  const { own } = artefact.nearest;
  const distances = nearestDistances(artefact.nearest, learnt ? [learnt.own, own] : [own]);
  const offset = fusion.offset + fusion.offsetOverWindows / artefact.windows;
  const column = (values: (number | null)[]): Float64Array =>
    Float64Array.from(values, (x) => x ?? Number.NaN);
  const usual = {
    centre: column(artefact.nearest.centre),
    scale: column(artefact.nearest.scale),
  };
  // By what is known now, and, after an enrolment, by what was known then.
  const ratio = new Float64Array(2);
  const distance = new Float64Array(2);
  const measure = (window: Float64Array): void => {
    if (window.length !== KEYSTROKE_FEATURES.length) {
      throw new Fault(
        'invalid-input',
        `The window has ${window.length} features, the model ${KEYSTROKE_FEATURES.length}.`,
        { fix: 'Train the model again with windows of this version of Verity.' },
      );
    }
    ratios(window, ratio);
    distances(measuresOf(window), distance);
  };
  const detected = (at: 0 | 1): Detected => ({
    ratio: ratio[at] as number,
    nearest: Math.log(Math.max(distance[at] as number, 1e-3)),
  });
  const weightOf = (found: Detected): number =>
    TEMPER * (fusion.ratio * found.ratio + fusion.nearest * found.nearest + offset);
  const weigh = (): number => {
    const weight = weightOf(detected(0));
    if (!learnt) return weight;
    const then = weightOf(detected(1));
    return clamp(weight, then - MOST_INFLUENCE, then + MOST_INFLUENCE);
  };
  return {
    modality: artefact.modality,
    version: artefact.version,
    trainedAt: new Date(artefact.trainedAt),
    windows: artefact.windows,
    state: artefact.state,
    baseline: { centre: now, scale: spreadOf(world, person.covariance) },
    detect(window) {
      measure(window);
      return detected(0);
    },
    weigh(window): Weighed {
      measure(window);
      const weight = roundTo(clamp(weigh(), BOUNDS.lowest, BOUNDS.highest), 6);
      return { weight, value: typingInWords(usual, window, weight) };
    },
  };
}

/** Standard deviation of a measure over the person's windows; a mean of so many keystrokes is taken for granted. */
function spreadOf(world: TypingWorld, covariance: Float64Array): Float64Array {
  return world.mean.map((_, f) => {
    const at = f * FREE_MEASURES + f;
    const keystrokes = (COUNT_OF_MEASURE[f] as number) < 0 ? 1 : TYPICAL_COUNT;
    return Math.sqrt(
      (covariance[at] as number) +
        (world.sitting[at] as number) +
        (world.window[at] as number) +
        (world.noise[f] as number) / keystrokes,
    );
  });
}
