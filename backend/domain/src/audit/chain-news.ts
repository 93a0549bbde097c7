// What admins are told after a look at the chain: each trouble once, however long it lasts, and when all of it is over.
import type { ChainHealth } from './chain-health';

/** Null when there is nothing that they were not told. `before` is null when no look is remembered. */
export function chainNews(
  before: Pick<ChainHealth, 'problems'> | null,
  now: Pick<ChainHealth, 'problems'>,
): { title: string; body: string } | null {
  const known = before?.problems ?? [];
  const told = new Set(known.map(kindOf));
  const fresh = now.problems.filter((problem) => !told.has(kindOf(problem)));
  if (fresh.length > 0) {
    return { title: 'The chain of the audit log has trouble', body: fresh.join(' ') };
  }
  if (known.length > 0 && now.problems.length === 0) {
    return {
      title: 'The chain of the audit log is well again',
      body: `It was: ${known.join(' ')}`,
    };
  }
  return null;
}

/** Minutes, sizes, amounts and hashes are others at each look: they make no other trouble. */
const kindOf = (problem: string): string => problem.replace(/0x[0-9a-f]+|\d+/gi, '#');
