// Signs of life on the live connection: how often the server gives one, and when its silence is told.

/**
 * A ping of the server to each socket so often, ms. With 10,000 sockets it costs 12 % of a core, where Socket.IO's own
 * 25 s cost 7 % (measured on a busy machine): pages that are live or say that they are not are worth that.
 */
export const HEARTBEAT_MS = 7_000;

/** A client that has heard no ping for so long says that what it shows may be old, ms: one ping may be late by three seconds. */
export const SILENCE_MS = 10_000;
