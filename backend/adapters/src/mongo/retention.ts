// How long records are kept.
const DAY_MS = 86_400_000;

/** `expireAt` of a record: changing a setting later changes what is written from then on. */
export const daysAfter = (at: Date, days: number): Date => new Date(at.getTime() + days * DAY_MS);
