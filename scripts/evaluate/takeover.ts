// evaluate -- takeover: free typing by key class, as the platform sees it. How soon is a stranger caught in mid-session?
import { clamp } from '@verity/domain/kernel/maths';
import { centreAndScale } from '@verity/domain/risk/centre-and-scale';
import { applyFinding, initialRisk, scoreOf, scoreSession } from '@verity/domain/risk/score';
import { measuresOf } from '@verity/domain/risk/typing-model';
import { advance, newWindowState } from '@verity/domain/telemetry/windows';
import type { SessionId, UserId } from '@verity/protocol/ids';
import { deviationOf, equalErrorRate, meanOf, medianOf } from './error-rates';
import { oneClassSvm } from './one-class-svm';
import { countOption, type Options } from './options';
import {
  course,
  holdContest,
  takeoverCourse,
  type Contestant,
  type TestWindow,
} from './typing-contest';

const KEYSTROKES_A_WINDOW = 25;
/** In windows of 25 keystrokes. */
const LENGTHS = [1, 2, 4, 10, 20, 40];
const [HIGH, CRITICAL] = [60, 80];

type Detector = 'weight' | 'ratio' | 'nearest' | 'svm';

interface Weighed {
  weight: number;
  ratio: number;
  nearest: number;
  /** Distance by a one-class SVM, to compare with. */
  svm: number;
  seconds: number;
}

export function evaluateTakeover(options: Options, say: (progress: string) => void) {
  const most = countOption(options, 'train-windows', 400, { least: 4, most: 400 });
  const { contestants, trainSeconds } = holdContest(options, most, say);
  const matches = contestants.map((me) => {
    say(`judging at ${me.name}`);
    const svm = windowSvm(me.enrolled);
    const weigh = (session: readonly TestWindow[]): Weighed[] =>
      session.map(({ features, seconds }) => ({
        weight: me.model.weigh(features).weight,
        ...me.model.detect(features),
        svm: svm(features),
        seconds,
      }));
    return {
      genuine: me.sessions.flatMap(weigh),
      strangers: contestants
        .filter((other) => other !== me)
        .map(({ sessions }) => sessions.flatMap(weigh)),
    };
  });
  const weights = (all: readonly Weighed[]): number[] => all.map(({ weight }) => weight);
  const own = matches.flatMap(({ genuine }) => weights(genuine));
  const foreign = matches.flatMap(({ strangers }) => weights(strangers.flat()));
  const detectorEer = (name: Detector): number =>
    rounded(
      meanOf(
        matches.map(({ genuine, strangers }) =>
          equalErrorRate(
            genuine.map((one) => one[name]),
            strangers.flat().map((one) => one[name]),
          ),
        ),
      ),
    );
  const bySessionLength = LENGTHS.map((length) => atLength(matches, length)).filter(
    ({ people }) => people > 0,
  );
  const eerOf = (keystrokes: number): number | null =>
    bySessionLength.find((one) => one.keystrokes === keystrokes)?.eer ?? null;
  return {
    people: contestants.length,
    trainWindows: medianOf(contestants.map(({ model }) => model.windows)),
    trainSeconds: rounded(trainSeconds),
    artefactBytes: Math.max(...contestants.map(({ artefactBytes }) => artefactBytes)),
    microsecondsPerScore: microsecondsPerScore(contestants),
    microsecondsPerBatch: microsecondsPerBatch(contestants),
    bySessionLength,
    eerPerWindow: eerOf(25),
    eerAfter10Windows: eerOf(250),
    eerAfter1000Keystrokes: eerOf(1000),
    eerPerWindowByDetector: {
      digraphRatio: detectorEer('ratio'),
      nearest: detectorEer('nearest'),
      oneClassSvm: detectorEer('svm'),
      fused: detectorEer('weight'),
    },
    oneClassSvmBySessionLength: Object.fromEntries(
      LENGTHS.map((length) => [length * KEYSTROKES_A_WINDOW, atLength(matches, length, 'svm').eer]),
    ),
    genuineWeight: { mean: rounded(meanOf(own)), sd: rounded(deviationOf(own)) },
    strangerWeight: { mean: rounded(meanOf(foreign)), sd: rounded(deviationOf(foreign)) },
    ...judgedAsSessions(contestants),
  };
}

/** On deviations of each measure from the person's usual; what a window lacks lies in the middle. */
function windowSvm(enrolled: readonly Float64Array[]): (window: Float64Array) => number {
  const { centre, scale } = centreAndScale(enrolled.map(measuresOf));
  const deviations = (window: Float64Array): Float64Array =>
    measuresOf(window).map((x, f) => {
      const z = (x - (centre[f] as number)) / Math.max(scale[f] as number, 1e-3);
      return Number.isFinite(z) ? clamp(z, -4, 4) : 0;
    });
  const distance = oneClassSvm(enrolled.map(deviations));
  return (window) => distance(deviations(window));
}

interface Match {
  genuine: Weighed[];
  /** By stranger. */
  strangers: Weighed[][];
}

/** Error rates of the sum of so many windows in a row: per person, and with one threshold for all. */
function atLength(matches: readonly Match[], length: number, by: Detector = 'weight') {
  const eers: number[] = [];
  const genuine: number[] = [];
  const strangers: number[] = [];
  const seconds: number[] = [];
  for (const match of matches) {
    const mine = sumsOf(match.genuine, length, (one) => one[by]);
    const theirs = match.strangers.flatMap((all) => sumsOf(all, length, (one) => one[by]));
    if (mine.length === 0 || theirs.length === 0) continue;
    eers.push(equalErrorRate(mine, theirs));
    genuine.push(...mine);
    strangers.push(...theirs);
    seconds.push(...sumsOf(match.genuine, length, (one) => one.seconds));
  }
  return {
    keystrokes: length * KEYSTROKES_A_WINDOW,
    people: eers.length,
    eer: eers.length > 0 ? rounded(meanOf(eers)) : Number.NaN,
    globalEer: eers.length > 0 ? rounded(equalErrorRate(genuine, strangers)) : Number.NaN,
    medianSeconds: eers.length > 0 ? Math.round(medianOf(seconds)) : Number.NaN,
  };
}

/** Sums of `length` in a row; long runs overlap, or there would be too few of them. */
function sumsOf<T>(items: readonly T[], length: number, of: (item: T) => number): number[] {
  const step = Math.max(1, length >> 2);
  const sums: number[] = [];
  for (let from = 0; from + length <= items.length; from += step) {
    sums.push(items.slice(from, from + length).reduce((sum, item) => sum + of(item), 0));
  }
  return sums;
}

/** Whole sessions of the owner, and takeovers of a session that the owner began, by the product's own score. */
function judgedAsSessions(contestants: readonly Contestant[]) {
  const highest: number[] = [];
  const toHigh: number[] = [];
  const toCritical: number[] = [];
  const secondsToCritical: number[] = [];
  for (const me of contestants) {
    for (const session of me.sessions) {
      highest.push(Math.max(0, ...course(me.model, session).logOdds.map(scoreOf)));
    }
    for (const stranger of contestants) {
      const windows = stranger.sessions[0] ?? [];
      if (stranger === me || windows.length === 0) continue;
      const scores = takeoverCourse(me, windows).map(scoreOf);
      const first = (floor: number): number => {
        const at = scores.findIndex((score) => score >= floor);
        return at < 0 ? Infinity : at + 1;
      };
      const critical = first(CRITICAL);
      toHigh.push(first(HIGH));
      toCritical.push(critical);
      secondsToCritical.push(
        critical === Infinity
          ? Infinity
          : windows.slice(0, critical).reduce((sum, { seconds }) => sum + seconds, 0),
      );
    }
  }
  const share = (xs: readonly number[], is: (x: number) => boolean): number =>
    rounded(xs.filter(is).length / xs.length);
  /** Null when half of them or more are never caught. */
  const median = (xs: readonly number[]): number | null => {
    const middle = medianOf(xs);
    return Number.isFinite(middle) ? Math.round(middle * 10) / 10 : null;
  };
  return {
    genuineSessions: highest.length,
    genuineSessionsEverHigh: share(highest, (score) => score >= HIGH),
    genuineSessionsEverCritical: share(highest, (score) => score >= CRITICAL),
    takeovers: toHigh.length,
    takeoversHighWithin10: share(toHigh, (n) => n <= 10),
    takeoversCriticalWithin10: share(toCritical, (n) => n <= 10),
    takeoversCriticalAtAll: share(toCritical, Number.isFinite),
    medianWindowsToHigh: median(toHigh),
    medianWindowsToCritical: median(toCritical),
    medianSecondsToDetect: median(secondsToCritical),
  };
}

/** Time of weighing a window, words and all. */
function microsecondsPerScore(contestants: readonly Contestant[]): number {
  const [me] = contestants;
  const windows = contestants.flatMap(({ sessions }) => sessions.flat()).slice(0, 100);
  return fastest(windows.length, () => {
    for (const { features } of windows) me?.model.weigh(features);
  });
}

/** Time of a batch from its keystrokes to the new score with reasons and what would change it, over a whole session. */
function microsecondsPerBatch(contestants: readonly Contestant[]): number {
  const [me] = contestants;
  if (!me) return Number.NaN;
  return fastest(me.batches.length, () => {
    let windows = newWindowState();
    let risk = initialRisk('s' as SessionId, 'u' as UserId, new Date(0));
    for (const batch of me.batches) {
      const step = advance(windows, batch);
      windows = step.state;
      const now = new Date(batch.started_at + 1000);
      risk = applyFinding(risk, {
        cause: 'batch',
        observed_at: now.toISOString(),
        observations: step.windows.map(({ features }) => ({
          source: 'keystroke',
          mode: 'add',
          ...me.model.weigh(features),
        })),
      });
      scoreSession(risk, now);
    }
  });
}

/** Microseconds of one of `count`: of the fastest of 200 rounds of some milliseconds, in which nothing else ran. */
function fastest(count: number, round: () => void): number {
  const rounds = Array.from({ length: 200 }, () => {
    const began = performance.now();
    round();
    return ((performance.now() - began) * 1000) / count;
  });
  return Math.round(Math.min(...rounds) * 10) / 10;
}

const rounded = (x: number): number => Math.round(x * 1e4) / 1e4;
