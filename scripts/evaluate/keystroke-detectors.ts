// The detectors that `evaluate -- keystroke` can name: each is trained on rows and gives a distance for a row.
import { trainAutoencoder } from '@verity/adapters/brain/train-autoencoder';
import { seededRandom } from '@verity/domain/kernel/maths';
import type { Distance } from '@verity/domain/risk/detector';
import { fusion, fusionWeights } from '@verity/domain/risk/phrase-fusion';
import {
  phraseTemplate,
  readyTemplate,
  type ReadyTemplate,
} from '@verity/domain/risk/phrase-template';
import { phraseKind, type PhraseModel } from '@verity/domain/risk/phrase-model';
import { PHRASE_TRAITS, phraseTraits } from '@verity/domain/risk/phrase-traits';
import { autoencoder } from './autoencoder';
import { follow } from './follower';
import { asPhrases, type FixedTextData, type Subject } from './keystroke-data';
import { gaussianMixture } from './gaussian-mixture';
import { oneClassSvm } from './one-class-svm';
import { scaledManhattan } from './scaled-manhattan';

export interface TrainingContext {
  /** What people on the whole are like, where that may be known. */
  people: ReadyTemplate | null;
  /** Repetitions that the person has typed so far, whether the model may learn from them or not. */
  practised: number;
  adaptive: boolean;
}

export interface KeystrokeDetector {
  /** How the file becomes rows. */
  rowsOf(data: FixedTextData): Subject[];
  /** Updates of an adaptive run: after so many new rows. */
  refitEvery: number;
  train(rows: readonly Float64Array[], context: TrainingContext): Distance;
  /** How an adaptive run learns, where not by training on the newest rows again. */
  follow?(rows: readonly Float64Array[], others: readonly Float64Array[][]): Following;
}

/** A model that learns, one repetition after the other. */
export interface Following {
  readonly distance: Distance;
  readonly learn: (row: Float64Array) => void;
}

/** Repetitions that a day of the recordings has. */
const PER_DAY = 50;

/** As the platform learns: by the same rules of when, and behind the same guard. */
function followAsShipped(
  rows: readonly Float64Array[],
  others: readonly Float64Array[][],
): Following {
  const made = rows.map((features) => ({ features, sitting: '' }));
  const follower = follow(phraseKind, 'phrase:0', made, { others });
  let offered = 0;
  return {
    distance: (row) => (follower.model as PhraseModel).logOdds(row),
    learn(features) {
      follower.learn({ features, sitting: '' }, 1 + Math.floor(offered++ / PER_DAY));
    },
  };
}

/** One part of the fusion by itself: the sum of some traits of Verity's template. */
const traitsAlone = (...names: string[]): KeystrokeDetector => {
  const places = names.map((name) => PHRASE_TRAITS.indexOf(name));
  return {
    rowsOf: asPhrases,
    refitEvery: 1,
    train(rows) {
      const own = readyTemplate(phraseTemplate(rows));
      const traits = new Float64Array(PHRASE_TRAITS.length);
      return (row) => {
        phraseTraits(own, row, traits);
        return places.reduce((sum, place) => sum + (traits[place] as number), 0);
      };
    },
  };
};

/** A detector of its own, on deviations of holds and gaps from Verity's template. */
const onDeviations = (
  refitEvery: number,
  fit: (rows: readonly Float64Array[]) => Distance,
): KeystrokeDetector => ({
  rowsOf: asPhrases,
  refitEvery,
  train(rows) {
    const { keys, centre, inverse } = readyTemplate(phraseTemplate(rows));
    const deviations = (row: Float64Array): Float64Array =>
      Float64Array.from({ length: 2 * keys - 1 }, (_, f) => {
        const z = ((row[f] as number) - (centre[f] as number)) * (inverse[f] as number);
        return Math.max(-4, Math.min(4, z));
      });
    const distance = fit(rows.map(deviations));
    return (row) => distance(deviations(row));
  },
});

export const KEYSTROKE_DETECTORS: Record<string, KeystrokeDetector> = {
  /** What ships. */
  verity: {
    rowsOf: asPhrases,
    refitEvery: 1,
    train(rows, { people, practised, adaptive }) {
      const own = readyTemplate(phraseTemplate(rows));
      const weights = fusionWeights({ practised, followed: adaptive }, people !== null);
      return fusion(weights, own, people);
    },
    follow: followAsShipped,
  },
  /** As published: seconds, mean absolute deviation, nothing capped. */
  'manhattan-scaled': {
    rowsOf: ({ subjects }) => subjects,
    refitEvery: 1,
    train(rows) {
      const detector = scaledManhattan({ cap: Infinity, digits: 15 });
      return detector.ready(detector.fit(rows));
    },
  },
  robust: traitsAlone('hold_capped_4', 'gap_capped_4'),
  shape: traitsAlone('hold_shape_5', 'gap_shape_5', 'step_shape_5'),
  tempo: traitsAlone('gap_median', 'step_median'),
  mahalanobis: traitsAlone('mahalanobis'),
  'kernel-density': traitsAlone('hold_surprise', 'gap_surprise'),
  nearest: traitsAlone('nearest_10'),
  'gaussian-mixture': onDeviations(10, gaussianMixture),
  'one-class-svm': onDeviations(10, oneClassSvm),
  autoencoder: onDeviations(50, (rows) => {
    const detector = autoencoder(trainAutoencoder);
    return detector.ready(detector.fit(rows, { random: seededRandom(1) }));
  }),
};

export const SHIPPED_DETECTOR = 'verity';
