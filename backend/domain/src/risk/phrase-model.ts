// The model of how one person types one fixed text: a template, weighed by a fusion of detectors.
import { z } from 'zod';
import { Fault } from '@verity/protocol/faults';
import { Instant } from '@verity/protocol/ids';
import { ModelState } from '@verity/protocol/risk/schemas';
import type { Modality } from '../kernel/behaviour-features';
import { clamp, roundTo } from '../kernel/maths';
import { keysOf, PHRASE_KEYS } from '../kernel/phrase-features';
import type { ModelKind, ModelTask, ReadyModel, Weighed } from './model-kind';
import { phraseJudge } from './phrase-fusion';
import { peopleTemplate } from './phrase-people';
import { GRID, phraseTemplate, readyTemplate, type PhraseTemplate } from './phrase-template';
import { phraseInWords } from './phrase-words';
import { withinReach, type GuardRules } from './update-guard';

/** Repetitions that make a first model, that make it `ready`, that are learnt from; and made anew after so many more. */
export const REPETITIONS = { first: 10, needed: 20, most: 200, every: 5 } as const;
/**
 * A repetition's log-odds count in part: what the same person does within minutes is not independent. The fewer
 * repetitions a model knows, the less it says; this many are full voice.
 */
const TEMPER = 0.6;
const FULL_VOICE = 30;
const LEAST_VOICE = 0.4;
const BOUNDS = { lowest: -1.5, highest: 3 } as const;
/** What the guard lets a model of a fixed text learn; chosen so that 19 of 20 blocks of the person's own pass. */
export const PHRASE_GUARD: GuardRules = {
  enrolled: 50,
  block: 5,
  perDay: 50,
  directed: 0.6,
  apart: 1.4,
};
/** Others who type the same text: so many people, so many repetitions of each; with fewer the person is judged alone. */
export const PHRASE_COHORT = { people: 12, windows: 200, least: 10, fewest: 3 } as const;
/** The anchor follows the model so slowly: a person who changes for good is followed over months. Deviations a day. */
const ANCHOR_PER_DAY = 0.01;
const DAY_MS = 86_400_000;

/** Bytes in base64. */
const packed = z
  .string()
  .regex(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, 'must be base64');
const bytesIn = (base64: string): number =>
  (base64.length * 3) / 4 - (base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0);

const Template = z
  .strictObject({
    centre: z.array(z.number()),
    scale: z.array(z.number().positive()),
    precision: z.array(z.number()),
    recent: packed,
    surprise: packed,
  })
  .refine(({ centre, scale, precision, recent, surprise }) => {
    const keys = keysOf(centre.length);
    const joint = 2 * keys - 1;
    const rows = bytesIn(recent) / joint;
    return (
      keys >= PHRASE_KEYS.least &&
      keys <= PHRASE_KEYS.most &&
      scale.length === centre.length &&
      precision.length === (joint * (joint + 1)) / 2 &&
      Number.isInteger(rows) &&
      rows > 0 &&
      bytesIn(surprise) === centre.length * GRID
    );
  }, 'has parts that do not fit together');

export const PhraseArtefact = z
  .strictObject({
    format: z.literal('verity-phrase'),
    /** Of this shape and of the meaning of its numbers. */
    formatVersion: z.literal(1),
    modality: z.string().regex(/^phrase:[\w.-]{1,64}$/),
    version: z.number().int().min(1),
    trainedAt: Instant,
    windows: z.number().int().min(REPETITIONS.first),
    state: ModelState,
    template: Template,
    /** Of other people of this installation typing the same text; null where too few do. */
    people: Template.nullable().default(null),
    /** As it was enrolled: what is learnt afterwards stays within reach of it. Null while it is being enrolled. */
    anchor: Template.nullable(),
  })
  .refine(
    ({ anchor, people, template: { centre } }) =>
      [anchor, people].every((other) => !other || other.centre.length === centre.length),
    'has templates of several texts',
  );
export type PhraseArtefact = z.infer<typeof PhraseArtefact>;

export function trainPhraseModel({
  modality,
  windows,
  version,
  now,
  others = [],
  before = null,
}: ModelTask): PhraseArtefact {
  const known = windows.slice(-REPETITIONS.most);
  const width = known[0]?.length ?? 0;
  const keys = keysOf(width);
  if (
    known.length < REPETITIONS.first ||
    !(keys >= PHRASE_KEYS.least && keys <= PHRASE_KEYS.most) ||
    !known.every(isWholeOf(width))
  ) {
    throw new Fault(
      'invalid-input',
      `A model of a fixed text needs ${REPETITIONS.first} whole repetitions or more of one text of ${PHRASE_KEYS.least} to ${PHRASE_KEYS.most} keys; here are ${known.length} of ${width} features.`,
      { fix: 'Gather more repetitions of this text by this person.' },
    );
  }
  const anchor = before === null ? null : anchorAfter(before, width, now);
  const people = others.map((rows) => rows.filter(isWholeOf(width))).filter(isEnough);
  return {
    format: 'verity-phrase',
    formatVersion: 1,
    modality,
    version,
    trainedAt: now.toISOString(),
    windows: known.length,
    state: known.length >= REPETITIONS.needed ? 'ready' : 'learning',
    template: phraseTemplate(known, { anchor: anchor && Float64Array.from(anchor.centre) }),
    people: people.length >= PHRASE_COHORT.fewest ? peopleTemplate(people) : null,
    anchor,
  };
}

const isWholeOf =
  (width: number) =>
  (row: Float64Array): boolean =>
    row.length === width && row.every(Number.isFinite);
const isEnough = ({ length }: readonly Float64Array[]): boolean => length >= PHRASE_COHORT.least;

/** Null while somebody is being enrolled, and when the version before is of no use. */
function anchorAfter(artefact: string, width: number, now: Date): PhraseTemplate | null {
  const { data } = PhraseArtefact.safeParse(JSON.parse(artefact));
  if (!data || data.windows < PHRASE_GUARD.enrolled || data.template.centre.length !== width) {
    return null;
  }
  if (!data.anchor) return data.template;
  const days = Math.max(0, now.getTime() - Date.parse(data.trainedAt)) / DAY_MS;
  const centre = withinReach(
    Float64Array.from(data.anchor.centre),
    {
      centre: Float64Array.from(data.template.centre),
      scale: Float64Array.from(data.anchor.scale),
    },
    days * ANCHOR_PER_DAY,
  );
  return { ...data.anchor, centre: Array.from(centre, (x) => roundTo(x, 6)) };
}

const refused = (why: string, cause?: unknown): Fault =>
  new Fault(
    'invalid-input',
    `This is no model of a fixed text that this version can read (${why}).`,
    {
      fix: 'Train the model again from the stored repetitions.',
      cause,
    },
  );

export interface PhraseModel extends ReadyModel {
  /** Of a whole repetition, before voice and bounds. */
  logOdds(repetition: Float64Array): number;
}

/** Throws `invalid-input` when the artefact is truncated, foreign, or of another format. */
export function parsePhraseModel(json: string): PhraseModel {
  let plain: unknown;
  try {
    plain = JSON.parse(json);
  } catch (cause) {
    throw refused('it is not whole JSON', cause);
  }
  const result = PhraseArtefact.safeParse(plain);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw refused(`${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'does not fit'}`);
  }
  const { modality, version, trainedAt, windows, state, template, people, anchor } = result.data;
  const ready = readyTemplate(template);
  const logOdds = phraseJudge(
    {
      own: ready,
      anchor: anchor && readyTemplate(anchor),
      people: people && readyTemplate(people),
    },
    // Made anew every few repetitions, a model never lags behind its person. The weights of a settled rhythm would take
    // the wide scale of a young model for likeness, and lean to the person: docs/models/phrase.md.
    { practised: Infinity, followed: true },
  );
  const voice = TEMPER * clamp(windows / FULL_VOICE, LEAST_VOICE, 1);
  return {
    modality: modality as Modality,
    version,
    trainedAt: new Date(trainedAt),
    windows,
    state,
    baseline: { centre: ready.centre, scale: Float64Array.from(template.scale) },
    logOdds,
    weigh(window): Weighed {
      if (window.length !== template.centre.length || !window.every(Number.isFinite)) {
        throw new Fault(
          'invalid-input',
          `The repetition has ${window.length} features, or one that is no number; the model knows ${template.centre.length}.`,
          { fix: 'Train the model again with repetitions of this text.' },
        );
      }
      const weight = roundTo(clamp(voice * logOdds(window), BOUNDS.lowest, BOUNDS.highest), 6);
      return { weight, value: phraseInWords(ready, window, weight) };
    },
  };
}

export const phraseKind = {
  source: 'keystroke',
  windows: REPETITIONS,
  guard: PHRASE_GUARD,
  cohort: PHRASE_COHORT,
  train: (task) => JSON.stringify(trainPhraseModel(task)),
  parse: parsePhraseModel,
} satisfies ModelKind;
