// Orders commands by how well their words fit what was typed.
/** A word that begins with the typed one fits best; letters in order fit last; what does not fit is left out. */
export function fit(text: string, typed: string): number {
  const hay = text.toLowerCase();
  const needle = typed.trim().toLowerCase();
  if (!needle) return 1;
  if (hay.startsWith(needle)) return 4;
  if (hay.includes(` ${needle}`)) return 3;
  if (hay.includes(needle)) return 2;
  let at = 0;
  for (const letter of needle) {
    at = hay.indexOf(letter, at) + 1;
    if (at === 0) return 0;
  }
  return 1;
}

export function rank<T>(items: readonly T[], typed: string, textOf: (item: T) => string): T[] {
  return items
    .map((item) => ({ item, score: fit(textOf(item), typed) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ item }) => item);
}
