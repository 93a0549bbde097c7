// The fusion of traits into one weight of evidence: log-odds that a stranger typed the text rather than its person.
import { clamp } from '../kernel/maths';
import { phraseTraits, PHRASE_TRAITS } from './phrase-traits';
import type { ReadyTemplate } from './phrase-template';
import { PHRASE_WEIGHTS } from './phrase-weights';

/**
 * What the model was made of: the first repetitions of somebody who is still `learning` the text, a `settled` rhythm
 * of some time ago, or the rhythm `followed` up to the newest repetition.
 */
export const PHRASE_STAGES = ['learning', 'settled', 'followed'] as const;
export type PhraseStage = (typeof PHRASE_STAGES)[number];

/** A weight for each trait of the person's template, then of people's where people are known. */
export interface FusionWeights {
  bias: number;
  weights: readonly number[];
}

/** Repetitions up to which somebody surely learns, and from which the rhythm is settled. */
const LEARNING_UNTIL = 10;
const SETTLED_FROM = 100;

/** 1 while the text is being learnt, 0 when it has been typed often; between, by the logarithm of the repetitions. */
export const learningShare = (practised: number): number =>
  clamp(
    Math.log(SETTLED_FROM / Math.max(practised, 1)) / Math.log(SETTLED_FROM / LEARNING_UNTIL),
    0,
    1,
  );

export interface FusionContext {
  /** Repetitions that the person has typed so far, whether learnt from or not. */
  practised: number;
  /** Whether the model goes on learning from every repetition that it accepts. */
  followed: boolean;
}

/** The weights for a context, a blend of those of its stages. */
export function fusionWeights(context: FusionContext, withPeople: boolean): FusionWeights {
  const side = withPeople ? 'people' : 'alone';
  const learning = PHRASE_WEIGHTS.learning[side];
  const later = PHRASE_WEIGHTS[context.followed ? 'followed' : 'settled'][side];
  const share = learningShare(context.practised) * (context.followed ? 0 : 1);
  return {
    bias: share * learning.bias + (1 - share) * later.bias,
    weights: later.weights.map((w, i) => share * (learning.weights[i] as number) + (1 - share) * w),
  };
}

/** The traits that count against the template of people on the whole; the others are the person's own affair. */
const PEOPLE_TRAITS = [
  'hold_surprise',
  'gap_surprise',
  'step_surprise',
  'mahalanobis',
  'nearest_10',
  'nearest_1',
  'hold_median',
  'gap_median',
  'hold_capped_4',
  'gap_capped_4',
  'hold_pattern',
  'step_pattern',
].map((name) => PHRASE_TRAITS.indexOf(name));

const width = PHRASE_TRAITS.length;

/** Gives the function from a repetition's features to what the fusion weighs; the array is the same every time. */
export function fusionTraits(
  own: ReadyTemplate,
  people: ReadyTemplate | null,
): (features: Float64Array) => Float64Array {
  const traits = new Float64Array(people ? width + PEOPLE_TRAITS.length : width);
  const theirs = new Float64Array(width);
  return (features) => {
    phraseTraits(own, features, traits);
    if (people) {
      phraseTraits(people, features, theirs);
      for (let i = 0; i < PEOPLE_TRAITS.length; i++) {
        traits[width + i] = theirs[PEOPLE_TRAITS[i] as number] as number;
      }
    }
    return traits;
  };
}

/** Gives the function from a repetition's features to its log-odds. */
export function fusion(
  { bias, weights }: FusionWeights,
  own: ReadyTemplate,
  people: ReadyTemplate | null,
): (features: Float64Array) => number {
  const traitsOf = fusionTraits(own, people);
  return (features) => {
    const traits = traitsOf(features);
    let sum = bias;
    for (let i = 0; i < traits.length; i++) sum += (weights[i] as number) * (traits[i] as number);
    return sum;
  };
}

/**
 * What a model has learnt since its enrolment may change the enrolled model's judgement by so many nats, no more: it
 * bounds both what an attacker can make acceptable and how far the person can be driven out.
 */
export const MOST_INFLUENCE = 1;

/** Log-odds by a template that follows its person, held by the enrolled one where there is one. */
export function phraseJudge(
  templates: { own: ReadyTemplate; anchor: ReadyTemplate | null; people?: ReadyTemplate | null },
  context: FusionContext,
  weightsOf = fusionWeights,
): (features: Float64Array) => number {
  const people = templates.people ?? null;
  const logOdds = fusion(weightsOf(context, people !== null), templates.own, people);
  if (!templates.anchor) return logOdds;
  const settled = weightsOf({ ...context, followed: false }, people !== null);
  const enrolled = fusion(settled, templates.anchor, people);
  return (features) => {
    const held = enrolled(features);
    return clamp(logOdds(features), held - MOST_INFLUENCE, held + MOST_INFLUENCE);
  };
}
