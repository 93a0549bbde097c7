// evaluate -- mouse: recorded sessions against the accounts that they claim. Is it the owner who moves the mouse?
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clamp } from '@verity/domain/kernel/maths';
import { EVIDENCE, PRIOR_LOG_ODDS } from '@verity/domain/risk/evidence';
import { shippedPeople } from '@verity/domain/risk/mouse-background';
import { parseMouseModel, trainMouseModel, type MouseModel } from '@verity/domain/risk/mouse-model';
import { scoreOf } from '@verity/domain/risk/score';
import { BAND_FLOOR } from '@verity/protocol/risk/schemas';
import { misfit, parseCsv } from './csv';
import { areaUnderCurve, equalErrorRate, falseAlarmThreshold, medianOf } from './error-rates';
import { mouseWindowsOf, readMousePart } from './mouse-data';
import { inputDirectory, type Options } from './options';

/** Actions of one session resemble one another: evidence of many grows slower than their number. */
const RESEMBLANCE = 0.05;
const FIRST_ACTIONS = 30;
/** Share of the owners' sessions that may cross the threshold of detection. */
const FALSE_ALARMS = 0.05;

interface Scored {
  user: string;
  name: string;
  /** Weight of each action in the order of time, natural log-odds for a stranger. */
  weights: number[];
}

/**
 * Every account of the directory is enrolled on its own training files, told from the other accounts of the directory (the
 * cohort, as on a real installation) and from the shipped people. Shipped people who bear the name of an account of the
 * directory are left out: they are the same persons. Labels are read when every session has its score.
 */
export function evaluateMouse(options: Options, say: (progress: string) => void) {
  const directory = inputDirectory(options);
  const enrolled = enrolledActions(directory);
  const shipped = shippedPeople().filter(({ name }) => !enrolled.has(name));
  say(`${enrolled.size} accounts, ${shipped.length} shipped people who are none of them`);

  let trainMs = 0;
  const models = new Map<string, MouseModel>();
  for (const [user, windows] of enrolled) {
    const began = performance.now();
    const artefact = JSON.stringify(
      trainMouseModel({
        windows,
        cohort: [...enrolled].filter(([other]) => other !== user).map(([, theirs]) => theirs),
        shipped: shipped.map((person) => person.windows),
        version: 1,
        now: new Date(0),
      }),
    );
    trainMs += performance.now() - began;
    const model = parseMouseModel(artefact);
    models.set(user, model);
    say(`${user}: enrolled on ${model.windows} actions, ${artefact.length} bytes`);
  }

  const scored: Scored[] = [];
  let timed: { model: MouseModel; windows: Float64Array[] } | undefined;
  for (const session of readMousePart(directory, 'test_files')) {
    const model = models.get(session.user);
    if (!model) throw misfit(`${session.user} has test sessions and no training session`);
    const windows = mouseWindowsOf(session);
    const weights = windows.map(({ features }) => model.weigh(features).weight);
    timed = { model, windows: windows.map(({ features }) => features) };
    scored.push({ user: session.user, name: session.name, weights });
  }
  const illegal = readLabels(directory);
  const labelled = scored.filter(({ name }) => illegal.has(name));
  const own = labelled.filter(({ name }) => !illegal.get(name));
  const foreign = labelled.filter(({ name }) => illegal.get(name));
  if (own.length === 0 || foreign.length === 0) {
    throw misfit(`${directory} has no labelled session of one of the two kinds`);
  }
  const all = (many: Scored[]) => many.map(({ weights }) => evidenceOf(weights));
  const first = (many: Scored[]) =>
    many.map(({ weights }) => evidenceOf(weights.slice(0, FIRST_ACTIONS)));
  const courses = (many: Scored[]) => many.map(({ weights }) => courseOf(weights));
  const threshold = falseAlarmThreshold(
    courses(own).map((course) => Math.max(0, ...course)),
    FALSE_ALARMS,
  );
  const detectedAfter = courses(foreign).map((course) => {
    const at = course.findIndex((evidence) => evidence > threshold);
    return at < 0 ? Infinity : at + 1;
  });
  const median = medianOf(detectedAfter);
  const everHigh = (many: Scored[]): number =>
    rounded(
      many.filter(({ weights }) => highestScore(weights) >= BAND_FLOOR.high).length / many.length,
    );
  return {
    sessions: labelled.length,
    legal: own.length,
    illegal: foreign.length,
    accounts: models.size,
    shippedPeople: shipped.length,
    auc: rounded(areaUnderCurve(all(own), all(foreign))),
    eer: rounded(equalErrorRate(all(own), all(foreign))),
    aucAfter30Actions: rounded(areaUnderCurve(first(own), first(foreign))),
    medianActionsToDetect: Number.isFinite(median) ? median : null,
    detected: rounded(detectedAfter.filter(Number.isFinite).length / foreign.length),
    legalEverHigh: everHigh(own),
    illegalEverHigh: everHigh(foreign),
    aucByAccount: Object.fromEntries(
      [...models.keys()].map((user) => {
        const of = (many: Scored[]) => all(many.filter((one) => one.user === user));
        return [user, rounded(areaUnderCurve(of(own), of(foreign)))];
      }),
    ),
    medianActions: medianOf(labelled.map(({ weights }) => weights.length)),
    trainSeconds: rounded(trainMs / 1000 / models.size),
    microsecondsPerScore: timed ? rounded(microsecondsOf(timed)) : null,
  };
}

/** The weights of a session together. Nothing seen speaks neither for nor against. */
const evidenceOf = (weights: readonly number[]): number =>
  weights.reduce((sum, weight) => sum + weight, 0) / (1 + RESEMBLANCE * weights.length);

/** Evidence as it stands after each action, never below nothing: Page's cumulative sum (1954). */
function courseOf(weights: readonly number[]): number[] {
  let evidence = 0;
  return weights.map((weight) => (evidence = Math.max(0, evidence + weight)));
}

/** The highest risk score of a session that shows nothing but its mouse; nothing fades. */
function highestScore(weights: readonly number[]): number {
  const { lowest, highest } = EVIDENCE.mouse;
  let evidence = 0;
  let most = 0;
  for (const weight of weights) {
    evidence = clamp(evidence + weight, lowest, highest);
    most = Math.max(most, evidence);
  }
  return scoreOf(PRIOR_LOG_ODDS + most);
}

/** Of weighing one action: the fastest of 20 rounds over a session, since other work of the machine is not ours. */
function microsecondsOf({
  model,
  windows,
}: {
  model: MouseModel;
  windows: Float64Array[];
}): number {
  let best = Infinity;
  for (let round = 0; round < 20; round++) {
    const began = performance.now();
    for (const window of windows) model.weigh(window);
    best = Math.min(best, performance.now() - began);
  }
  return (best / windows.length) * 1000;
}

/** The actions of each account, session after session. */
export function enrolledActions(directory: string): Map<string, Float64Array[]> {
  const enrolled = new Map<string, Float64Array[]>();
  for (const session of readMousePart(directory, 'training_files')) {
    const windows = enrolled.get(session.user) ?? [];
    enrolled.set(session.user, windows);
    for (const { features } of mouseWindowsOf(session)) windows.push(features);
  }
  if (enrolled.size === 0) throw misfit(`${directory}/training_files has no sessions`);
  return enrolled;
}

/** By name of session, whether it was somebody else's. */
export function readLabels(directory: string): Map<string, boolean> {
  const path = join(directory, 'public_labels.csv');
  if (!existsSync(path)) throw misfit(`${directory} has no public_labels.csv`);
  const { header, rows } = parseCsv(readFileSync(path, 'utf8'), path);
  const [name, label] = [header.indexOf('filename'), header.indexOf('is_illegal')];
  if (name < 0 || label < 0) throw misfit(`${path} needs the columns filename and is_illegal`);
  return new Map(
    rows.map((row, i) => {
      if (row[label] !== '0' && row[label] !== '1') {
        throw misfit(`${path}, line ${i + 2}: is_illegal is "${row[label]}", not 0 or 1`);
      }
      return [row[name] as string, row[label] === '1'];
    }),
  );
}

const rounded = (x: number): number => Math.round(x * 1e4) / 1e4;
