// A timeline by day: what follows one another on one day of the reader's own calendar stands together.
export interface Day<T> {
  /** `2026-11-21`, in the reader's zone. */
  key: string;
  /** `Today`, `Yesterday`, else the date. */
  title: string;
  items: T[];
}

const DAY_MS = 86_400_000;
const thisYear = new Intl.DateTimeFormat(undefined, {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
});
const anyYear = new Intl.DateTimeFormat(undefined, { dateStyle: 'full' });

/** Keeps the order of the items; `now` in milliseconds since 1970. */
export function byDay<T>(items: readonly T[], at: (item: T) => string, now: number): Day<T>[] {
  const days: Day<T>[] = [];
  for (const item of items) {
    const date = new Date(at(item));
    const key = keyOf(date);
    const last = days.at(-1);
    if (last?.key === key) last.items.push(item);
    else days.push({ key, title: titleOf(date, new Date(now)), items: [item] });
  }
  return days;
}

function titleOf(date: Date, now: Date): string {
  const key = keyOf(date);
  if (key === keyOf(now)) return 'Today';
  // Noon of the day before, so that a clock that is put forward skips none.
  const noon = new Date(now.getFullYear(), now.getMonth(), now.getDate(), 12).getTime();
  if (key === keyOf(new Date(noon - DAY_MS))) return 'Yesterday';
  return (date.getFullYear() === now.getFullYear() ? thisYear : anyYear).format(date);
}

const two = (value: number): string => String(value).padStart(2, '0');
const keyOf = (date: Date): string =>
  `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
