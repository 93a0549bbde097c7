// evaluate -- keystroke: the protocol of Killourhy and Maxion (2009) on any file of its layout.
import type { Distance } from '@verity/domain/risk/detector';
import { peopleTemplate } from '@verity/domain/risk/phrase-people';
import { readyTemplate } from '@verity/domain/risk/phrase-template';
import { misfit, readText } from './csv';
import {
  deviationOf,
  equalErrorRate,
  falseAlarmAtZeroMiss,
  meanOf,
  medianOf,
  missAtFalseAlarm,
} from './error-rates';
import { asPhrases, readFixedText, type Subject } from './keystroke-data';
import {
  KEYSTROKE_DETECTORS,
  SHIPPED_DETECTOR,
  type Following,
  type KeystrokeDetector,
} from './keystroke-detectors';
import { countOption, inputFile, type Options } from './options';

/** The genuine test: the last repetitions of a person, unless said otherwise. Training comes from those before. */
const TEST_REPS = 200;
const MOST_TRAIN_REPS = 200;
/** The impostor test: the first repetitions of every other person. */
const IMPOSTOR_REPS = 5;
/** In the search for the first repetition that gives a stranger away. */
const TAKEOVER_REPS = 50;

interface Plan {
  testReps: number;
  detector: KeystrokeDetector;
  trainReps: number;
  recent: number | null;
  adaptive: boolean;
  background: boolean;
}

interface Trial {
  genuine: number[];
  impostor: number[];
  /** For each other person: the scores of the first repetitions in order. */
  takeovers: number[][];
  microseconds: number;
}

export function evaluateKeystroke(options: Options, say: (progress: string) => void) {
  const path = inputFile(options);
  const name = options['detector'] ?? SHIPPED_DETECTOR;
  const detector = Object.hasOwn(KEYSTROKE_DETECTORS, String(name))
    ? KEYSTROKE_DETECTORS[String(name)]
    : undefined;
  if (!detector) {
    throw misfit(
      `--detector must be one of ${Object.keys(KEYSTROKE_DETECTORS).join(', ')}, not "${String(name)}"`,
    );
  }
  const range = { least: 4, most: MOST_TRAIN_REPS };
  const plan: Plan = {
    detector,
    testReps: countOption(options, 'test-reps', TEST_REPS, { least: 4, most: 1_000 }),
    trainReps: countOption(options, 'train-reps', MOST_TRAIN_REPS, range),
    recent:
      options['recent'] === undefined
        ? null
        : countOption(options, 'recent', MOST_TRAIN_REPS, range),
    adaptive: options['adaptive'] === true,
    background: options['background'] === true,
  };
  const data = readFixedText(readText(path), path);
  const subjects = detector.rowsOf(data);
  const phrases = plan.background ? asPhrases(data) : [];
  const fewest = plan.background ? 4 : 2;
  if (subjects.length < fewest) {
    throw misfit(`${path} has ${subjects.length} subjects; at least ${fewest} are needed`);
  }
  for (const { name: who, rows } of subjects) {
    if (rows.length < plan.testReps + plan.trainReps) {
      throw misfit(
        `${path}: subject ${who} has ${rows.length} repetitions; ${plan.testReps} to test and ${plan.trainReps} to train are needed`,
      );
    }
  }
  const trials = subjects.map((subject, place) => {
    const people = plan.background ? peopleBut(phrases, place) : null;
    const trial = judge(subjects, place, plan, people);
    say(
      `${subject.name} ${place + 1}/${subjects.length} EER ${equalErrorRate(trial.genuine, trial.impostor).toFixed(4)}`,
    );
    return trial;
  });
  return figures(trials, plan, String(name));
}

/** Every second other person is background; the rest are the impostors. */
const isBackground = (_: unknown, i: number): boolean => i % 2 === 0;

function judge(
  subjects: readonly Subject[],
  place: number,
  plan: Plan,
  people: readonly Float64Array[][] | null,
): Trial {
  const { rows } = subjects[place] as Subject;
  const others = subjects.filter((_, i) => i !== place);
  const impostors = people ? others.filter((_, i) => !isBackground(_, i)) : others;
  const test = rows.slice(-plan.testReps);
  const before = rows.slice(0, -plan.testReps).slice(0, MOST_TRAIN_REPS);
  const known = plan.recent === null ? before.slice(0, plan.trainReps) : before.slice(-plan.recent);
  const practised = plan.recent === null ? known.length : before.length;
  const { distance, learn } = learner(plan, known, practised, people);
  const microseconds = timed(distance, test);
  const attempts = impostors.flatMap((other) => other.rows.slice(0, IMPOSTOR_REPS));
  const genuine: number[] = [];
  const impostor: number[] = [];
  let tried = 0;
  test.forEach((row, i) => {
    genuine.push(distance(row));
    // Impostors come spread over the stream: an adaptive model meets them in all its states.
    const due = Math.round(((i + 1) * attempts.length) / test.length);
    for (; tried < due; tried++) impostor.push(distance(attempts[tried] as Float64Array));
    learn(row);
  });
  const takeovers = impostors.map((other) => other.rows.slice(0, TAKEOVER_REPS).map(distance));
  return { genuine, impostor, takeovers, microseconds };
}

function learner(
  { detector, adaptive }: Plan,
  rows: readonly Float64Array[],
  practised: number,
  others: readonly Float64Array[][] | null,
): Following {
  if (adaptive && detector.follow) return detector.follow(rows, others ?? []);
  const people = others && readyTemplate(peopleTemplate(others));
  const train = (known: readonly Float64Array[]): Distance =>
    detector.train(known, { people, practised: practised + known.length - rows.length, adaptive });
  let known = rows.slice();
  let distance = train(known);
  let learnt = 0;
  return {
    distance: (row) => distance(row),
    learn(row) {
      if (!adaptive) return;
      known = [...known, row].slice(-MOST_TRAIN_REPS);
      if (++learnt % detector.refitEvery === 0) distance = train(known);
    },
  };
}

const peopleBut = (phrases: readonly Subject[], place: number): Float64Array[][] =>
  phrases
    .filter((_, i) => i !== place)
    .filter(isBackground)
    .map(({ rows }) => rows);

/** Of the fastest of some rounds: what else the machine does meanwhile is not the detector's cost. */
function timed(distance: Distance, rows: readonly Float64Array[]): number {
  let fastest = Infinity;
  for (let round = 0; round < 20; round++) {
    const began = performance.now();
    for (const row of rows) distance(row);
    fastest = Math.min(fastest, performance.now() - began);
  }
  return (fastest * 1000) / rows.length;
}

function figures(trials: readonly Trial[], plan: Plan, detector: string) {
  const eers = trials.map(({ genuine, impostor }) => equalErrorRate(genuine, impostor));
  const reps = trials.flatMap(({ genuine, takeovers }) => {
    const limit = [...genuine].sort((a, b) => b - a)[Math.floor(genuine.length * 0.01)] as number;
    return takeovers.map((scores) => {
      const first = scores.findIndex((score) => score > limit);
      return first < 0 ? scores.length + 1 : first + 1;
    });
  });
  const mean = (of: (trial: Trial) => number): number => rounded(meanOf(trials.map(of)));
  return {
    subjects: trials.length,
    trainReps: plan.recent ?? plan.trainReps,
    testReps: plan.testReps,
    detector,
    adaptive: plan.adaptive,
    background: plan.background,
    meanEer: rounded(meanOf(eers)),
    sdEer: rounded(deviationOf(eers)),
    globalEer: rounded(
      equalErrorRate(
        trials.flatMap(({ genuine }) => genuine),
        trials.flatMap(({ impostor }) => impostor),
      ),
    ),
    farAtFrr1: mean(({ genuine, impostor }) => missAtFalseAlarm(genuine, impostor, 0.01)),
    zeroMissFalseAlarm: mean(({ genuine, impostor }) => falseAlarmAtZeroMiss(genuine, impostor)),
    medianRepsToDetect: medianOf(reps),
    microsecondsPerScore: rounded(medianOf(trials.map(({ microseconds }) => microseconds))),
  };
}

const rounded = (x: number): number => Math.round(x * 1e4) / 1e4;
