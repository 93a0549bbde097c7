// A random generator that gives the same row again for the same seed, for benches that must be repeatable.

export interface Seeded {
  /** 0 ≤ x < 1. */
  next(): number;
  /** 0 ≤ n < `below`, whole. */
  below(below: number): number;
  /** The waiting time of a Poisson process, of mean `mean`. */
  wait(mean: number): number;
}

/** Mulberry32 (Tommy Ettinger, public domain): 32 bits of state, enough to scatter faults. */
export function seeded(seed: number): Seeded {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    below: (below) => Math.floor(next() * below),
    wait: (mean) => -Math.log(1 - next()) * mean,
  };
}
