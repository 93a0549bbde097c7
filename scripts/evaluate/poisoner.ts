// An attacker who leads a model, one accepted update after the other, from its person to themselves; and the person's own drift.
import type { ModelKind, ReadyModel } from '@verity/domain/risk/model-kind';
import type { Modality } from '@verity/domain/risk/ports';
import { guardUpdates } from '@verity/domain/risk/update-guard';
import { equalErrorRate } from './error-rates';
import { follow, type Follower, type Made } from './follower';

/** Somebody who enrols, comes again later, and attacks others. Windows in the order of time. */
export interface Player {
  name: string;
  enrolled: Made[];
  later: Made[];
}

/** How the people of one kind of behaviour are led and judged. */
export interface Game {
  modality: Modality;
  kind: ModelKind;
  /** Log-odds that a stranger made it. */
  weigh: (model: ReadyModel, window: Float64Array) => number;
  /** Windows in a row whose weights are summed for one judgement. */
  run: number;
  /** Windows that an attacker hands in on one day. */
  perDay: number;
  /** Days between two sittings of the later windows. */
  daysBetween: number;
  /** Of the victim's own windows, one that can be led to that goal. */
  origin(own: readonly Float64Array[], goal: Float64Array, turn: number): Float64Array;
  /** Other enrolled people that the model may know, by name. */
  othersOf(names: ReadonlySet<string>): readonly (readonly Float64Array[])[];
}

export interface Led {
  before: number;
  after: number;
  beforeAll: number;
  afterAll: number;
  taught: number;
  refused: number;
}

/** An update is accepted while the evidence does not speak for a stranger. */
const ACCEPTED_BELOW = 0;
/** Attempts for each update that is to be accepted. */
const PATIENCE = 6;
/** Shares of the way that is still accepted, of which the attacker chooses the best on a copy of the guard. */
const BOLDNESS = [1, 0.85, 0.7, 0.55, 0.4, 0.3, 0.2, 0.1];
const HALVINGS = 8;

/**
 * The attacker knows model and guard. Each update lies on the way from a window of the victim's to one of their own, as
 * far as the model still accepts it; how much of that way to go is tried out on a copy of the guard.
 */
export function poison(
  game: Game,
  victim: Player,
  attacker: Player,
  strangers: readonly Player[],
  updates: number,
  guarded: boolean,
): Led {
  const { kind, weigh } = game;
  const unknown = new Set([victim.name, attacker.name]);
  const follower = follow(kind, game.modality, victim.enrolled, {
    guarded,
    others: game.othersOf(unknown),
  });
  const goals = attacker.later.map(({ features }) => features);
  const own = victim.enrolled.map(({ features }) => features);
  const judge = () => {
    const runsOf = ({ later }: Player): number[] =>
      runs(
        later.map(({ features }) => weigh(follower.model, features)),
        game.run,
      );
    const genuine = runsOf(victim);
    return {
      own: equalErrorRate(genuine, runsOf(attacker)),
      all: equalErrorRate(genuine, strangers.flatMap(runsOf)),
    };
  };
  const before = judge();
  const batch = kind.windows.every + (kind.guard?.block ?? 0);
  let turn = 0;
  const batches = Math.ceil(updates / kind.windows.every) * PATIENCE;
  for (let b = 0; b < batches && follower.counts.taught < updates; b++) {
    const ways = Array.from({ length: batch }, (_, i) => {
      const goal = goals[(turn + i) % goals.length] as Float64Array;
      const from = game.origin(own, goal, turn + i);
      return { from, goal, share: farthest(game, follower.model, from, goal) };
    });
    const made = (boldness: number): Float64Array[] =>
      ways.map(({ from, goal, share }) => led(from, goal, boldness * share));
    const windows = guarded && kind.guard ? boldest(kind.guard, follower, made) : made(1);
    for (const features of windows) {
      turn++;
      follower.learn({ features, sitting: `attack ${b}` }, 1 + Math.floor(turn / game.perDay));
    }
  }
  const after = judge();
  return {
    before: before.own,
    after: after.own,
    beforeAll: before.all,
    afterAll: after.all,
    ...follower.counts,
  };
}

/** The batch that gets farthest past the guard. */
function boldest(
  guard: NonNullable<ModelKind['guard']>,
  { model }: Follower,
  made: (boldness: number) => Float64Array[],
): Float64Array[] {
  const { baseline } = model;
  if (!baseline) return made(1);
  const tries = BOLDNESS.map((boldness) => {
    const windows = made(boldness);
    const { taught } = guardUpdates(
      baseline,
      windows.map((features, at) => ({ at, features })),
      guard,
    );
    return { windows, gain: boldness * taught.length };
  });
  return tries.reduce((best, one) => (one.gain > best.gain ? one : best)).windows;
}

/** The greatest share of the way that the model accepts. */
function farthest(game: Game, model: ReadyModel, from: Float64Array, goal: Float64Array): number {
  let [low, high] = [0, 1];
  for (let step = 0; step < HALVINGS; step++) {
    const middle = (low + high) / 2;
    if (game.weigh(model, led(from, goal, middle)) < ACCEPTED_BELOW) low = middle;
    else high = middle;
  }
  return low;
}

/** Between two windows. What only one of them has is taken from the nearer. */
function led(from: Float64Array, goal: Float64Array, share: number): Float64Array {
  return from.map((x, f) => {
    const y = goal[f] as number;
    return x === x && y === y ? x + share * (y - x) : share < 0.5 ? x : y;
  });
}

/** The person's own later windows: with the model as it was enrolled, and with one that follows behind the guard. */
export function followDrift(
  game: Game,
  victim: Player,
  strangers: readonly Player[],
  guarded = true,
) {
  const others = game.othersOf(new Set([victim.name]));
  const follower = follow(game.kind, game.modality, victim.enrolled, { others, guarded });
  const enrolled = follower.model;
  const probes = strangers.map(({ later }) => later.map(({ features }) => features));
  const still = { genuine: [] as number[], foreign: probes.map((): number[] => []) };
  const moving = { genuine: [] as number[], foreign: probes.map((): number[] => []) };
  let sitting: string | undefined;
  let day = 0;
  victim.later.forEach((made, i) => {
    if (made.sitting !== sitting) day += game.daysBetween;
    sitting = made.sitting;
    still.genuine.push(game.weigh(enrolled, made.features));
    moving.genuine.push(game.weigh(follower.model, made.features));
    // Strangers come spread over the stream: a model that follows meets them in all its states.
    probes.forEach((theirs, p) => {
      const [then, now] = [still.foreign[p] as number[], moving.foreign[p] as number[]];
      const due = Math.round(((i + 1) * theirs.length) / victim.later.length);
      for (const probe of theirs.slice(then.length, due)) {
        then.push(game.weigh(enrolled, probe));
        now.push(game.weigh(follower.model, probe));
      }
    });
    follower.learn(made, day);
  });
  const eer = ({ genuine, foreign }: typeof still): number =>
    equalErrorRate(
      runs(genuine, game.run),
      foreign.flatMap((weights) => runs(weights, game.run)),
    );
  return {
    frozen: eer(still),
    followed: eer(moving),
    ...follower.counts,
    offered: victim.later.length,
  };
}

/** Sums of so many in a row. */
export function runs(weights: readonly number[], length: number): number[] {
  const sums: number[] = [];
  for (let from = 0; from + length <= weights.length; from += Math.max(1, length >> 1)) {
    sums.push(weights.slice(from, from + length).reduce((sum, x) => sum + x, 0));
  }
  return sums;
}
