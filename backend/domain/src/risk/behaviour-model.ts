// The model of one person's behaviour: detectors, and how much their distances weigh as evidence.
import { Fault } from '@verity/protocol/faults';
import type { ModelState } from '@verity/protocol/risk/schemas';
import { FEATURES, type FeatureModality } from '../kernel/behaviour-features';
import { clamp, roundTo, seededRandom } from '../kernel/maths';
import { autoencoder, readyAutoencoder, type TrainAutoencoder } from './autoencoder';
import type { Background } from './background';
import { calibrate, weightOf, type Calibration } from './calibration';
import type { Distance } from './detector';
import { inWords } from './behaviour-words';
import { ModelArtefact } from './model-artefact';
import { nearestWindows } from './nearest';
import { scaledManhattan } from './scaled-manhattan';

/** Windows that make a first, soft-spoken model. */
export const FIRST_WINDOWS = 6;
/** Windows until a model is called ready: see docs/models/behaviour.md. */
export const WINDOWS_NEEDED: Record<FeatureModality, number> = { keystroke: 12, mouse: 12 };
/** Before so many windows a weight counts in proportion: a person's spread is not yet known. */
const FULL_VOICE_WINDOWS = 30;
/** More windows than these add time, not knowledge; the newest count. */
export const MOST_WINDOWS = 400;
const FOLDS = 4;
const POPULATION_STRENGTH = 6;

export interface Training {
  modality: FeatureModality;
  /** Windows of the person, oldest first, at least four. */
  windows: readonly Float64Array[];
  background: Background;
  version: number;
  now: Date;
  trainAutoencoder: TrainAutoencoder;
}

/** Trains and calibrates a model. Deterministic: the same windows and version make the same artefact. */
export function trainBehaviourModel(training: Training): ModelArtefact {
  const { modality, background, version, now } = training;
  const windows = training.windows.slice(-MOST_WINDOWS);
  const width = FEATURES[modality].length;
  if (windows.length < 4 || windows.some(({ length }) => length !== width)) {
    throw new Fault(
      'invalid-input',
      `A ${modality} model needs four windows or more of ${width} features each; here are ${windows.length}.`,
      { fix: 'Gather more windows of this person, measured by this version of Verity.' },
    );
  }
  const detectors = [scaledManhattan(), autoencoder(training.trainAutoencoder)] as const;
  const random = seededRandom(version * 7919 + windows.length);
  const options = {
    weights: background.weights,
    population: { scale: background.scale, strength: POPULATION_STRENGTH },
    others: background.windows,
    random,
  };
  const population = detectors[0].fit(background.windows, { weights: background.weights });
  const fit = (rows: readonly Float64Array[]) => {
    const manhattan = detectors[0].fit(rows, options);
    const network = detectors[1].fit(rows, options);
    const nearest = nearestWindows.fit(rows, options);
    return {
      manhattan,
      network,
      nearest,
      distances: [
        detectors[0].ready(manhattan),
        detectors[1].ready(network),
        detectors[0].ready(population),
        nearestWindows.ready(nearest),
      ] as Distance[],
    };
  };
  const whole = fit(windows);
  const own = leftOut(windows, (rows) => fit(rows).distances);
  // People of the background must not meet their own windows among the nearest either.
  const others = leftOut(background.windows, (people) => [
    ...whole.distances.slice(0, -1),
    nearestWindows.ready(nearestWindows.fit(windows, { ...options, others: people })),
  ]);
  const state: ModelState = windows.length >= WINDOWS_NEEDED[modality] ? 'ready' : 'learning';
  return {
    format: 'verity-behaviour',
    formatVersion: 1,
    modality,
    version,
    trainedAt: now.toISOString(),
    windows: windows.length,
    state,
    features: FEATURES[modality].map(({ name }) => name),
    manhattan: whole.manhattan,
    population,
    nearest: whole.nearest,
    autoencoder: whole.network,
    calibration: calibrate(own, others, modality),
  };
}

/** Distances of each window by what was made of the others, left out in blocks: neighbours resemble one another. */
function leftOut(
  windows: readonly Float64Array[],
  fit: (rows: readonly Float64Array[]) => Distance[],
): number[][] {
  const folds = Math.min(FOLDS, Math.floor(windows.length / 2));
  const distances: number[][] = [];
  for (let fold = 0; fold < folds; fold++) {
    const from = Math.floor((fold * windows.length) / folds);
    const to = Math.floor(((fold + 1) * windows.length) / folds);
    const measure = fit([...windows.slice(0, from), ...windows.slice(to)]);
    for (const window of windows.slice(from, to)) distances.push(measure.map((d) => d(window)));
  }
  return distances;
}

/** A model ready to weigh windows. */
export interface BehaviourModel {
  readonly modality: FeatureModality;
  readonly version: number;
  readonly trainedAt: Date;
  readonly windows: number;
  readonly state: ModelState;
  readonly calibration: Calibration;
  readonly manhattan: ModelArtefact['manhattan'];
  readonly detectors: readonly { name: string; distance: Distance }[];
}

/** Reads an artefact back. Throws `invalid-input` when it is truncated, foreign, or of another format or feature set. */
export function parseModel(json: string): BehaviourModel {
  let plain: unknown;
  try {
    plain = JSON.parse(json);
  } catch (cause) {
    throw refused('it is not whole JSON', cause);
  }
  const result = ModelArtefact.safeParse(plain);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw refused(`${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'does not fit'}`);
  }
  return readyModel(result.data);
}

const refused = (why: string, cause?: unknown): Fault =>
  new Fault('invalid-input', `This is no behaviour model that this version can read (${why}).`, {
    fix: 'Train the model again from the stored windows.',
    cause,
  });

export function readyModel(artefact: ModelArtefact): BehaviourModel {
  return {
    modality: artefact.modality,
    version: artefact.version,
    trainedAt: new Date(artefact.trainedAt),
    windows: artefact.windows,
    state: artefact.state,
    calibration: artefact.calibration,
    manhattan: artefact.manhattan,
    detectors: [
      { name: 'manhattan-scaled', distance: scaledManhattan().ready(artefact.manhattan) },
      { name: 'autoencoder', distance: readyAutoencoder(artefact.autoencoder) },
      { name: 'population', distance: scaledManhattan().ready(artefact.population) },
      { name: nearestWindows.name, distance: nearestWindows.ready(artefact.nearest) },
    ],
  };
}

export interface WindowWeight {
  /** Natural log-odds that a stranger made this window rather than the person; an observation of mode `add`. */
  weight: number;
  /** In words for the person. */
  value: string;
  perDetector: Record<string, { distance: number }>;
}

/** Weighs one window. Throws `invalid-input` when it has another number of features than the model. */
export function weighWindow(model: BehaviourModel, window: Float64Array): WindowWeight {
  if (window.length !== model.manhattan.centre.length) {
    throw new Fault(
      'invalid-input',
      `The window has ${window.length} features, the model ${model.manhattan.centre.length}.`,
      { fix: 'Train the model again with windows of this version of Verity.' },
    );
  }
  const perDetector: WindowWeight['perDetector'] = {};
  const distances: number[] = [];
  for (const { name, distance } of model.detectors) {
    const d = distance(window);
    distances.push(d);
    perDetector[name] = { distance: d };
  }
  const certainty = clamp(model.windows / FULL_VOICE_WINDOWS, 0, 1);
  const weight = roundTo(weightOf(model.calibration, distances) * certainty, 6);
  return { weight, value: inWords(model, window, weight), perDetector };
}
