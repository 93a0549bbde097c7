// Days before an instant.
const DAY_MS = 86_400_000;

export const daysBefore = (at: Date, days: number): Date => new Date(at.getTime() - days * DAY_MS);

/** Whole UTC days up to an instant, the day of that instant among them. */
export const wholeDays = (to: Date, days: number): { from: Date; to: Date } => {
  const today = Math.floor(to.getTime() / DAY_MS);
  return { from: new Date((today - days + 1) * DAY_MS), to };
};
