// Words that findings share.
const MOST_NAMED = 5;

/** The first of them by name, and how many more there are. */
export const named = (all: readonly string[]): string => {
  const first = all.slice(0, MOST_NAMED).join(', ');
  return all.length > MOST_NAMED ? `${first} and ${all.length - MOST_NAMED} more` : first;
};
