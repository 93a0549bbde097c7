// Orders commands by how well their words fit what was typed.

/** Fewer letters than this found scattered over a title are chance. */
const LEAST_SCATTERED = 3;

function scattered(hay: string, needle: string): boolean {
  let at = 0;
  return [...needle].every((letter) => (at = hay.indexOf(letter, at) + 1) > 0);
}

/** A title that begins with the typed text fits best, then a word of it, then any place; 0 does not fit. */
export function fit(title: string, about: string, typed: string): number {
  const needle = typed.trim().toLowerCase();
  const hay = title.toLowerCase();
  if (!needle) return 1;
  if (hay.startsWith(needle)) return 5;
  if (hay.includes(` ${needle}`)) return 4;
  if (hay.includes(needle)) return 3;
  if (` ${about.toLowerCase()}`.includes(` ${needle}`)) return 2;
  return needle.length >= LEAST_SCATTERED && scattered(hay, needle) ? 1 : 0;
}

export function rank<T extends { title: string; about: string }>(
  items: readonly T[],
  typed: string,
): T[] {
  return items
    .map((item) => ({ item, score: fit(item.title, item.about, typed) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ item }) => item);
}
