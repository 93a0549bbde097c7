// The model of one person's free typing: what is believed of their rhythm, and how much a window speaks for a stranger.
import { z } from 'zod';
import { Fault } from '@verity/protocol/faults';
import { Instant } from '@verity/protocol/ids';
import { ModelState } from '@verity/protocol/risk/schemas';
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
import { strangerRatios } from './typing-likelihood';
import { typingInWords } from './typing-words';
import {
  fromLower,
  learnPerson,
  lowerOf,
  packFloats,
  TRIANGLE,
  unpackFloats,
  viewOf,
  type TypingWorld,
} from './typing-world';
import type { Baseline, GuardRules } from './update-guard';

/** Windows of a first model, of one that is called ready, and the newest that are learnt from: docs/models/behaviour.md. */
export const TYPING_WINDOWS = { first: 6, needed: 12, most: 400, every: 100 } as const;
const FEWEST = 4;
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

const packed = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/, 'must be base64');
const measures = z.array(z.number().nullable()).length(KEYSTROKE_MEASURES);

export const TypingArtefact = z.strictObject({
  format: z.literal('verity-typing'),
  /** Of this shape; raised when its meaning changes. */
  formatVersion: z.literal(1),
  modality: z.literal('keystroke'),
  /** Of the person's model, from 1. */
  version: z.number().int().min(1),
  trainedAt: Instant,
  /** Windows that it was trained on. */
  windows: z.number().int().min(FEWEST),
  state: ModelState,
  features: z
    .array(z.string())
    .refine(
      (names) =>
        names.length === KEYSTROKE_FEATURES.length &&
        names.every((name, i) => name === KEYSTROKE_FEATURES[i]?.name),
      'was made for other features',
    ),
  /** When the belief and the windows below were learnt; `trainedAt` where there is nothing newer. */
  enrolledAt: Instant.optional(),
  /** The belief about the person: float32 in base64, of the covariance the lower triangle. */
  mean: packed,
  covariance: packed,
  nearest: z.strictObject({
    centre: measures,
    scale: measures,
    weights: z.array(z.number()).length(KEYSTROKE_MEASURES).nullable(),
    own: packed.refine(
      (bytes) => bytes.length > 0 && atob(bytes).length % KEYSTROKE_MEASURES === 0,
      'holds no whole windows',
    ),
    people: packed.refine(
      (bytes) => atob(bytes).length % KEYSTROKE_MEASURES === 0,
      'holds no whole windows',
    ),
  }),
  /** What an enrolled model has learnt since, behind the guard: where the person is believed to be now, and their newest windows. */
  learnt: z
    .strictObject({
      mean: packed,
      own: packed.refine(
        (bytes) => bytes.length > 0 && atob(bytes).length % KEYSTROKE_MEASURES === 0,
        'holds no whole windows',
      ),
    })
    .nullable()
    .default(null),
});
export type TypingArtefact = z.infer<typeof TypingArtefact>;

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
  if (newest.length < FEWEST) {
    throw new Fault(
      'invalid-input',
      `A keystroke model needs ${FEWEST} windows or more of ${KEYSTROKE_FEATURES.length} features each; here are ${newest.length}.`,
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
export function parseTyping(json: string, background: TypingBackground): TypingModel {
  let plain: unknown;
  try {
    plain = JSON.parse(json);
  } catch (cause) {
    throw refused('it is not whole JSON', cause);
  }
  const result = TypingArtefact.safeParse(plain);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw refused(`${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'does not fit'}`);
  }
  return readyTyping(result.data, background);
}

const refused = (why: string, cause?: unknown): Fault =>
  new Fault('invalid-input', `This is no typing model that this version can read (${why}).`, {
    fix: 'Train the model again from the stored windows.',
    cause,
  });

function floatsOf(text: string, length: number): Float64Array {
  const values = unpackFloats(text, length);
  if (!values) throw refused('the belief about the person is not whole');
  return values;
}

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
