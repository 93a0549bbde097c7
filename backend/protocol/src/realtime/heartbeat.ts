// Signs of life on the live connection: how often the server gives one, and when its silence is told.

/** A ping of the server to each socket so often, ms. */
export const HEARTBEAT_MS = 7_000;

/** A client that has heard no ping for so long says that what it shows may be old, ms: one ping may be late by three seconds. */
export const SILENCE_MS = 10_000;
