// What the pipeline needs of the world besides the ports of the subjects.

/** Reads the keys that stages write through `Effects.state`. */
export interface StageState {
  /** In the order of the keys; null for what is not there. */
  read(keys: string[]): Promise<(string | null)[]>;
}

/** One process at a time: a lock in Redis that ends by itself when its holder dies. */
export interface Leases {
  /** Does the work when nobody else holds the name, and gives it up after. False when somebody else does. */
  hold(name: string, ttlMs: number, work: () => Promise<void>): Promise<boolean>;
}

/** The part of a pino logger that is used here. */
export interface Log {
  error(facts: object, sentence: string): void;
  warn(facts: object, sentence: string): void;
  info(facts: object, sentence: string): void;
  debug(facts: object, sentence: string): void;
}
