// evaluate -- poisoning: an attacker leads a model, one accepted update after the other, from its person to themselves.
import { readFileSync } from 'node:fs';
import { misfit } from './csv';
import { equalErrorRate, meanOf } from './error-rates';
import { asPhrases, readFixedText, type Subject } from './keystroke-data';
import { countOption, inputFile, type Options } from './options';
import { follow, type Follower } from './phrase-follower';

const TEST_REPS = 200;
const ENROLLED_REPS = 200;
const IMPOSTOR_REPS = 5;
/** An update is accepted while the evidence does not speak for a stranger. */
const ACCEPTED_BELOW = 0;
/** Attempts for each update that is to be accepted. */
const PATIENCE = 6;
const LEAST_BOLDNESS = 0.05;
/** A late repetition by which people are compared. */
const MIDDLE_REP = 25;

interface Case {
  before: number;
  after: number;
  beforeAll: number;
  afterAll: number;
  accepted: number;
  refused: number;
}

export function evaluatePoisoning(options: Options, say: (progress: string) => void) {
  const path = inputFile(options);
  const updates = countOption(options, 'updates', 500, { least: 1, most: 10_000 });
  const subjects = asPhrases(readFixedText(readFileSync(path, 'utf8'), path));
  if (subjects.length < 3) throw misfit(`${path} has ${subjects.length} subjects; 3 are needed`);
  for (const { name, rows } of subjects) {
    if (rows.length < TEST_REPS + ENROLLED_REPS) {
      throw misfit(
        `${path}: subject ${name} has ${rows.length} repetitions; ${ENROLLED_REPS} to enrol and ${TEST_REPS} to test are needed`,
      );
    }
  }
  const cases: Case[] = [];
  const unguarded: Case[] = [];
  const frozen: number[] = [];
  const followed: number[] = [];
  const own: number[] = [];
  subjects.forEach((victim, place) => {
    const others = subjects.filter((_, i) => i !== place);
    const attackers = attackersOf(victim, others);
    for (const attacker of attackers) {
      cases.push(poison(victim, attacker, others, updates, true));
      unguarded.push(poison(victim, attacker, others, updates, false));
    }
    const drift = followDrift(victim, others);
    frozen.push(drift.frozen);
    followed.push(drift.followed);
    own.push(drift.learnt);
    const latest = cases.slice(-attackers.length);
    say(
      `${victim.name} ${place + 1}/${subjects.length}: against the attackers ${meanOf(latest.map(({ before }) => before)).toFixed(4)} -> ${meanOf(latest.map(({ after }) => after)).toFixed(4)}`,
    );
  });
  const mean = (all: readonly Case[], of: (one: Case) => number): number =>
    rounded(meanOf(all.map(of)));
  return {
    victims: subjects.length,
    attacks: cases.length,
    updates,
    eerBefore: mean(cases, ({ before }) => before),
    eerAfter: mean(cases, ({ after }) => after),
    eerAfterWorst: rounded(Math.max(...cases.map(({ before, after }) => after - before))),
    eerBeforeAllImpostors: mean(cases, ({ beforeAll }) => beforeAll),
    eerAfterAllImpostors: mean(cases, ({ afterAll }) => afterAll),
    acceptedUpdates: mean(cases, ({ accepted }) => accepted),
    refusedUpdates: mean(cases, ({ refused }) => refused),
    unguardedEerAfter: mean(unguarded, ({ after }) => after),
    unguardedEerAfterAllImpostors: mean(unguarded, ({ afterAll }) => afterAll),
    driftEerFrozen: rounded(meanOf(frozen)),
    driftEerFollowed: rounded(meanOf(followed)),
    driftShareLearnt: rounded(meanOf(own)),
  };
}

/**
 * The attacker knows model and guard: each update lies on the way from the model's centre to one of their own
 * repetitions, as far as the model still accepts it; when the guard refuses, they become less bold.
 */
function poison(
  victim: Subject,
  attacker: Subject,
  others: readonly Subject[],
  updates: number,
  guarded: boolean,
): Case {
  const model = follow(victim.rows.slice(0, ENROLLED_REPS), { guarded });
  const judge = (): { own: number; all: number } => {
    const genuine = victim.rows.slice(-TEST_REPS).map(model.weigh);
    const first = others.flatMap(({ rows }) => rows.slice(0, IMPOSTOR_REPS));
    return {
      own: equalErrorRate(genuine, attacker.rows.slice(-TEST_REPS).map(model.weigh)),
      all: equalErrorRate(genuine, first.map(model.weigh)),
    };
  };
  const before = judge();
  const theirs = attacker.rows.slice(-TEST_REPS);
  let boldness = 1;
  let counts = { taught: 0, refused: 0 };
  for (let attempt = 0; counts.taught < updates && attempt < PATIENCE * updates; attempt++) {
    const goal = theirs[attempt % theirs.length] as Float64Array;
    const { refused } = counts;
    counts = { ...model.learn(boldest(model, goal, boldness)) };
    if (counts.refused > refused) boldness = Math.max(LEAST_BOLDNESS, boldness * 0.9);
    else boldness = Math.min(1, boldness * 1.01);
  }
  const after = judge();
  return {
    before: before.own,
    after: after.own,
    beforeAll: before.all,
    afterAll: after.all,
    accepted: counts.taught,
    refused: counts.refused,
  };
}

/** The farthest point on the way to the goal that the model accepts, times the boldness. */
function boldest(model: Follower, goal: Float64Array, boldness: number): Float64Array {
  const { centre } = model.template;
  const at = (share: number): Float64Array =>
    centre.map((x, f) => x + share * ((goal[f] as number) - x));
  let [low, high] = [0, 1];
  for (let step = 0; step < 10; step++) {
    const middle = (low + high) / 2;
    if (model.weigh(at(middle)) < ACCEPTED_BELOW) low = middle;
    else high = middle;
  }
  return at(low * boldness);
}

/** The person's own later sessions: with the model as it was enrolled, and with one that follows behind the guard. */
function followDrift(victim: Subject, others: readonly Subject[]) {
  const enrolled = victim.rows.slice(0, ENROLLED_REPS);
  const still = follow(enrolled);
  const model = follow(enrolled);
  const test = victim.rows.slice(-TEST_REPS);
  const attempts = others.flatMap(({ rows }) => rows.slice(0, IMPOSTOR_REPS));
  const genuine: number[] = [];
  const strangers: number[] = [];
  let tried = 0;
  let taught = 0;
  test.forEach((row, i) => {
    const { weigh } = model;
    genuine.push(weigh(row));
    const due = Math.round(((i + 1) * attempts.length) / test.length);
    for (; tried < due; tried++) strangers.push(weigh(attempts[tried] as Float64Array));
    // Only what the model accepts may teach it.
    if (weigh(row) < ACCEPTED_BELOW) taught = model.learn(row).taught;
  });
  return {
    frozen: equalErrorRate(test.map(still.weigh), attempts.map(still.weigh)),
    followed: equalErrorRate(genuine, strangers),
    learnt: taught / test.length,
  };
}

/** The person whose typing is nearest to the victim's, who has the shortest way to go, and one in the middle. */
function attackersOf(victim: Subject, others: readonly Subject[]): Subject[] {
  const { centre, inverse } = follow(victim.rows.slice(0, ENROLLED_REPS)).template;
  const distance = ({ rows }: Subject): number => {
    const theirs = rows[rows.length - MIDDLE_REP] as Float64Array;
    return theirs.reduce(
      (sum, x, f) => sum + Math.abs((x - (centre[f] as number)) * (inverse[f] as number)),
      0,
    );
  };
  const sorted = others
    .map((subject) => ({ subject, distance: distance(subject) }))
    .sort((a, b) => a.distance - b.distance)
    .map(({ subject }) => subject);
  return [sorted[0] as Subject, sorted[sorted.length >> 1] as Subject];
}

const rounded = (x: number): number => Math.round(x * 1e4) / 1e4;
