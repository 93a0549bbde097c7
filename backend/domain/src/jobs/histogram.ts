// Buckets of durations of jobs.

/** Upper bounds in milliseconds, powers of four up to some minutes; the last takes the rest. */
export const HISTOGRAM_MS = [1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1e12];
