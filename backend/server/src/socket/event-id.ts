// Ids of stream entries in their order: milliseconds, then a number within the millisecond.

/** Below zero when `a` came before `b`, zero when they are the same. */
export function compareEventIds(a: string, b: string): number {
  // Of one shape, as nearly all are, they are in the order of their characters.
  if (a.length === b.length && a.indexOf('-') === b.indexOf('-')) return a < b ? -1 : a > b ? 1 : 0;
  const [aMs = 0, aSeq = 0] = a.split('-').map(Number);
  const [bMs = 0, bSeq = 0] = b.split('-').map(Number);
  return aMs - bMs || aSeq - bSeq;
}

export const isAfter = (a: string, b: string): boolean => compareEventIds(a, b) > 0;
