// Fits the world of typing to people's windows by expectation and maximisation.
import { FREE_MEASURES } from '@verity/domain/kernel/keystroke-features';
import {
  applied,
  inverse,
  minus,
  plus,
  product,
  squareOf,
  transposed,
  type Matrix,
} from '@verity/domain/kernel/matrix';
import {
  learnPerson,
  seen,
  symmetric,
  viewOf,
  type TypingWorld,
  type WindowView,
} from '@verity/domain/risk/typing-world';

const SIZE = FREE_MEASURES;
const ROUNDS = 10;
/** A covariance is joined by its own diagonal, which is worth so many draws: people are few, measures many. */
const DIAGONAL_WORTH = 0.1 * SIZE;
const LEAST_NOISE = 1e-3;

/** Windows of a person by sitting. */
export type Sittings = readonly (readonly Float64Array[])[];

export function fitTypingWorld(people: readonly Sittings[], rounds = ROUNDS): TypingWorld {
  let world = firstGuess(people);
  for (let round = 0; round < rounds; round++) world = better(world, people);
  return world;
}

/** Grand means, and shares of the scatter of windows for each level. */
function firstGuess(people: readonly Sittings[]): TypingWorld {
  const windows = people.flat(2);
  const mean = new Float64Array(SIZE);
  const scatter = new Float64Array(SIZE);
  const noise = new Float64Array(SIZE);
  for (let f = 0; f < SIZE; f++) {
    let n = 0;
    let sum = 0;
    for (const window of windows) {
      const count = seen(window, f);
      if (count === 0) continue;
      n += count;
      sum += count * (window[f] as number);
    }
    mean[f] = n > 0 ? sum / n : 0;
    let squares = 0;
    let groups = 0;
    let counts = 0;
    for (const window of windows) {
      const count = seen(window, f);
      if (count === 0) continue;
      squares += count * ((window[f] as number) - (mean[f] as number)) ** 2;
      groups++;
      counts += count;
    }
    // Of one keystroke about the grand mean, when windows were draws of independent keystrokes.
    scatter[f] = Math.max(groups > 1 ? squares / groups : 1, LEAST_NOISE);
    noise[f] = (scatter[f] as number) * (counts > groups ? 0.5 : 0.15);
  }
  const diagonal = (share: number): Matrix => {
    const out = squareOf(SIZE);
    for (let f = 0; f < SIZE; f++) out[f * SIZE + f] = share * (scatter[f] as number);
    return out;
  };
  return {
    mean,
    noise,
    person: diagonal(0.3),
    sitting: diagonal(0.05),
    window: diagonal(0.1),
  };
}

function better(world: TypingWorld, people: readonly Sittings[]): TypingWorld {
  const between = inverse(world.sitting, SIZE);
  const person = new Scatter();
  const sitting = new Scatter();
  const window = new Scatter();
  const noise = new Float64Array(SIZE);
  const noiseCount = new Float64Array(SIZE);
  const beliefs = people.map((sittings) => {
    const views = sittings.map((windows) => windows.map((one) => viewOf(world, one)));
    const learnt = learnPerson(world, views);
    const { mean, covariance } = learnt.person;
    learnt.sittings.forEach((level, s) => {
      // The level of the sitting, given the person: covariance · (information + between · person).
      const follow = product(level.covariance, between, SIZE);
      const phi = plus(applied(level.covariance, level.information), applied(follow, mean));
      const spread = plus(
        level.covariance,
        product(product(follow, covariance, SIZE), transposed(follow, SIZE), SIZE),
      );
      const away = follow.slice();
      for (let f = 0; f < SIZE; f++) away[f * SIZE + f] = (away[f * SIZE + f] as number) - 1;
      sitting.add(
        minus(phi, mean),
        plus(
          level.covariance,
          product(product(away, covariance, SIZE), transposed(away, SIZE), SIZE),
        ),
      );
      views[s]?.forEach((view, w) => {
        const { offset, covariance: left, doubt } = windowOffset(world, view, phi, spread);
        window.add(offset, left);
        const measured = sittings[s]?.[w] as Float64Array;
        for (const f of view.present) {
          const rest = (measured[f] as number) - (phi[f] as number) - (offset[f] as number);
          const square = seen(measured, f) * (rest * rest + (doubt[f] as number));
          noise[f] = (noise[f] as number) + square;
          noiseCount[f] = (noiseCount[f] as number) + 1;
        }
      });
    });
    return learnt.person;
  });
  const mean = world.mean.map(
    (_, f) => beliefs.reduce((sum, belief) => sum + (belief.mean[f] as number), 0) / beliefs.length,
  );
  for (const belief of beliefs) person.add(minus(belief.mean, mean), belief.covariance);
  return {
    mean,
    person: person.covariance(),
    sitting: sitting.covariance(),
    window: window.covariance(),
    noise: noise.map((squares, f) =>
      Math.max(
        (squares + (world.noise[f] as number)) / ((noiseCount[f] as number) + 1),
        LEAST_NOISE,
      ),
    ),
  };
}

/** How far a window lies from its sitting, as a belief over all measures; `doubt` is the variance of its own level. */
function windowOffset(
  world: TypingWorld,
  { present, precision, information }: WindowView,
  phi: Float64Array,
  spread: Matrix,
): { offset: Float64Array; covariance: Matrix; doubt: Float64Array } {
  const n = present.length;
  // gain = W[:, present] · precision, embedded into all measures.
  const gain = squareOf(SIZE);
  for (let r = 0; r < SIZE; r++) {
    for (let c = 0; c < n; c++) {
      let sum = 0;
      for (let k = 0; k < n; k++) {
        sum +=
          (world.window[r * SIZE + (present[k] as number)] as number) *
          (precision[k * n + c] as number);
      }
      gain[r * SIZE + (present[c] as number)] = sum;
    }
  }
  const embedded = new Float64Array(SIZE);
  present.forEach((f, at) => {
    embedded[f] = information[at] as number;
  });
  const offset = minus(applied(world.window, embedded), applied(gain, phi));
  const left = minus(world.window, product(gain, world.window, SIZE));
  const moved = product(gain, spread, SIZE);
  const covariance = plus(left, product(moved, transposed(gain, SIZE), SIZE));
  // The level is phi + offset, which follows phi by 1 - gain.
  const doubt = new Float64Array(SIZE);
  for (let f = 0; f < SIZE; f++) {
    let along = 0;
    for (let k = 0; k < SIZE; k++) {
      along += (moved[f * SIZE + k] as number) * (gain[f * SIZE + k] as number);
    }
    const at = f * SIZE + f;
    doubt[f] = (left[at] as number) + (spread[at] as number) - 2 * (moved[at] as number) + along;
  }
  return { offset, covariance, doubt };
}

/** Sums of outer products that become a covariance. */
class Scatter {
  private readonly sum = squareOf(SIZE);
  private count = 0;

  add(offset: Float64Array, covariance: Matrix): void {
    this.count++;
    for (let r = 0; r < SIZE; r++) {
      for (let c = 0; c < SIZE; c++) {
        const at = r * SIZE + c;
        this.sum[at] =
          (this.sum[at] as number) +
          (offset[r] as number) * (offset[c] as number) +
          (covariance[at] as number);
      }
    }
  }

  covariance(): Matrix {
    const keep = this.count / (this.count + DIAGONAL_WORTH) / this.count;
    const out = symmetric(this.sum).map((x) => x * keep);
    for (let f = 0; f < SIZE; f++) {
      out[f * SIZE + f] = (this.sum[f * SIZE + f] as number) / this.count;
    }
    return out;
  }
}
