// Ids of rules and resources, made from their names.

/** `Ask contractors (twice)` -> `ask-contractors-twice`; with a number behind it when that is taken. */
export function slugOf(name: string, taken: readonly string[], otherwise = 'rule'): string {
  const base =
    name
      .normalize('NFKD')
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-+|-+$/g, '')
      .slice(0, 50)
      .replace(/-$/, '') || otherwise;
  let slug = base;
  for (let number = 2; taken.includes(slug); number++) slug = `${base}-${number}`;
  return slug;
}
