// evaluate -- takeover: free typing by key class, as the platform sees it. How soon is a stranger caught in mid-session?
import { trainAutoencoder } from '@verity/adapters/brain/train-autoencoder';
import { backgroundOf } from '@verity/domain/risk/background';
import {
  parseModel,
  trainBehaviourModel,
  weighWindow,
  type BehaviourModel,
} from '@verity/domain/risk/behaviour-model';
import { applyFinding, initialRisk, scoreSession, type RiskState } from '@verity/domain/risk/score';
import type { SessionId, UserId } from '@verity/protocol/ids';
import { misfit } from './csv';
import { deviationOf, equalErrorRate, meanOf, medianOf } from './error-rates';
import { isBackground } from './fit-background';
import { countOption, inputFile, type Options } from './options';
import { readTyping, windowsOf } from './typing-data';

/** Of windows of typing at a normal pace. */
const SECONDS_PER_WINDOW = 8;
/** Genuine windows before the stranger sits down. */
const WINDOWS_BEFORE = 8;
const NEVER = 99;

interface Contestant {
  model: BehaviourModel;
  /** Windows of the later sessions, by session. */
  test: Float64Array[][];
}

/**
 * The people of the file at every second place are the shipped background and take no part. Each of the others is
 * enrolled on the first half of the sessions; the second half is the genuine test and, for all others, the impostor's.
 */
export function evaluateTakeover(options: Options, say: (progress: string) => void) {
  const path = inputFile(options);
  const limit = countOption(options, 'train-windows', 400, { least: 4, most: 400 });
  const people = readTyping(path).filter((_, place) => !isBackground(_, place));
  if (people.length < 2) throw misfit(`${path} has too few people for this measure`);
  const began = performance.now();
  const contestants = people.map(({ name, sessions }): Contestant => {
    const windows = sessions.map(({ keys }) => windowsOf(keys).map(({ features }) => features));
    const half = windows.length >> 1;
    const model = trainBehaviourModel({
      modality: 'keystroke',
      windows: windows.slice(0, half).flat().slice(0, limit),
      background: backgroundOf('keystroke'),
      version: 1,
      now: new Date(0),
      trainAutoencoder,
    });
    say(`${name}: enrolled with ${model.windows} windows, ${JSON.stringify(model).length} bytes`);
    return { model: parseModel(JSON.stringify(model)), test: windows.slice(half) };
  });
  const trainSeconds = (performance.now() - began) / 1000 / contestants.length;

  const eer = { one: [] as number[], five: [] as number[], ten: [] as number[] };
  const perDetector: Record<string, number[]> = {};
  const own: number[] = [];
  const foreign: number[] = [];
  const highest: number[] = [];
  const toHigh: number[] = [];
  const toCritical: number[] = [];
  for (const me of contestants) {
    const weigh = (windows: Float64Array[]) => windows.map((w) => weighWindow(me.model, w));
    const genuine = weigh(me.test.flat());
    const strangers = contestants.filter((other) => other !== me);
    const theirs = strangers.map(({ test }) => weigh(test.flat()));
    for (const { name } of me.model.detectors.filter((one) => one.name !== 'population')) {
      const distances = (all: typeof genuine) => all.map((w) => w.perDetector[name]?.distance ?? 0);
      (perDetector[name] ??= []).push(equalErrorRate(distances(genuine), distances(theirs.flat())));
    }
    const weights = genuine.map(({ weight }) => weight);
    const theirWeights = theirs.map((all) => all.map(({ weight }) => weight));
    own.push(...weights);
    foreign.push(...theirWeights.flat());
    for (const [key, count] of [
      ['one', 1],
      ['five', 5],
      ['ten', 10],
    ] as const) {
      const inARow = (xs: number[]): number[] => sumsOf(xs, count);
      eer[key].push(equalErrorRate(inARow(weights), theirWeights.flatMap(inARow)));
    }
    for (const session of me.test) highest.push(Math.max(...course(me.model, session).scores));
    for (const { test } of strangers) {
      const before = course(me.model, (me.test[0] ?? []).slice(0, WINDOWS_BEFORE));
      const { scores } = course(me.model, test[0] ?? [], before.state, WINDOWS_BEFORE);
      const first = (floor: number): number => {
        const at = scores.findIndex((score) => score >= floor);
        return at < 0 ? NEVER : at + 1;
      };
      toHigh.push(first(60));
      toCritical.push(first(80));
    }
  }
  const share = (xs: readonly number[], is: (x: number) => boolean): number =>
    rounded(xs.filter(is).length / xs.length);
  return {
    people: contestants.length,
    trainWindows: medianOf(contestants.map(({ model }) => model.windows)),
    trainSeconds: rounded(trainSeconds),
    eerPerWindow: rounded(meanOf(eer.one)),
    eerAfter5Windows: rounded(meanOf(eer.five)),
    eerAfter10Windows: rounded(meanOf(eer.ten)),
    eerPerWindowByDetector: Object.fromEntries(
      Object.entries(perDetector).map(([name, xs]) => [name, rounded(meanOf(xs))]),
    ),
    genuineWeight: { mean: rounded(meanOf(own)), sd: rounded(deviationOf(own)) },
    strangerWeight: { mean: rounded(meanOf(foreign)), sd: rounded(deviationOf(foreign)) },
    genuineSessions: highest.length,
    genuineSessionsEverHigh: share(highest, (score) => score >= 60),
    genuineSessionsEverCritical: share(highest, (score) => score >= 80),
    takeovers: toHigh.length,
    takeoversHighWithin10: share(toHigh, (n) => n <= 10),
    takeoversCriticalWithin10: share(toCritical, (n) => n <= 10),
    takeoversHighAtAll: share(toHigh, (n) => n < NEVER),
    medianWindowsToHigh: medianOf(toHigh),
    medianWindowsToCritical: medianOf(toCritical),
  };
}

/** The scores of a session that does nothing but type. */
function course(
  model: BehaviourModel,
  windows: readonly Float64Array[],
  start: RiskState = initialRisk('s' as SessionId, 'u' as UserId, new Date(0)),
  offset = 0,
): { scores: number[]; state: RiskState } {
  let state = start;
  const scores = windows.map((window, i) => {
    const now = new Date((offset + i) * SECONDS_PER_WINDOW * 1000);
    const { weight, value } = weighWindow(model, window);
    state = applyFinding(state, {
      cause: 'batch',
      observed_at: now.toISOString(),
      observations: [{ source: 'keystroke', mode: 'add', weight, value }],
    });
    return scoreSession(state, now).risk_score;
  });
  return { scores, state };
}

function sumsOf(xs: readonly number[], count: number): number[] {
  const sums: number[] = [];
  for (let i = 0; i + count <= xs.length; i += count) {
    sums.push(xs.slice(i, i + count).reduce((sum, x) => sum + x, 0));
  }
  return sums;
}

const rounded = (x: number): number => Math.round(x * 1e4) / 1e4;
