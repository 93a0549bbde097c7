// How numbers, times and sizes are written, everywhere the same.
const SHORT = { year: 'y', month: 'mo', day: 'd', hour: 'h', minute: 'min', second: 's' } as const;

/** Of each unit its length in ms, and how many of it there must be: 89 days are told as days, not as two months. */
const UNITS: readonly (readonly [keyof typeof SHORT, number, number?])[] = [
  ['year', 31_536_000_000],
  ['month', 2_592_000_000, 3],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
];

/** `now`, `12 s ago`, `in 3 d`: short, and steady in width as far as words allow. */
export function relativeTime(at: number, now: number): string {
  const distance = at - now;
  const size = Math.abs(distance);
  const [unit, ms] = UNITS.find(([, length, least = 1]) => size >= least * length) ?? [
    'second',
    1_000,
  ];
  const count = Math.floor(size / ms);
  if (unit === 'second' && count < 5) return 'now';
  const text = `${count} ${SHORT[unit]}`;
  return distance < 0 ? `${text} ago` : `in ${text}`;
}

const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' });
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

/** In the reader's own zone, which is named. */
export const exactTime = (at: number): string => exact.format(at);
export const clockTime = (at: number): string => clock.format(at);

const integer = new Intl.NumberFormat('en');
export const wholeNumber = (value: number): string => integer.format(Math.round(value));

/** The score as people read it: whole, and never rounded up to a certainty that it is not. */
export const scoreText = (score: number): string =>
  String(Math.min(score < 100 ? 99 : 100, Math.round(score)));

/** Of a session, in a sentence; null before its first score. */
export const riskText = (score: number | null): string =>
  score === null ? 'not scored yet' : `risk ${scoreText(score)}`;

/** Evidence with its sign; a true minus keeps the figures in line. */
export function signed(value: number, digits = 2): string {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return text;
  return (value < 0 ? '−' : '+') + text;
}

export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(value) / 3));
  const scaled = value / 1000 ** power;
  return `${power === 0 || scaled >= 100 ? Math.round(scaled) : scaled.toFixed(1)} ${units[power]}`;
}

/** `3 d 4 h`, `12 min 5 s`: the two largest units. */
export function duration(seconds: number): string {
  const parts: string[] = [];
  let rest = Math.max(0, Math.floor(seconds));
  for (const [size, name] of [
    [86_400, 'd'],
    [3_600, 'h'],
    [60, 'min'],
    [1, 's'],
  ] as const) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${name}`);
  }
  return parts.slice(0, 2).join(' ') || '0 s';
}

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${wholeNumber(count)} ${count === 1 ? one : many}`;

/** `failed_login_burst` -> `Failed login burst`. */
export function words(name: string): string {
  const text = name.replaceAll(/[_.-]+/g, ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The facts of an open record as pairs of words; numbers to two decimals, however many were measured. */
export const facts = (record: Readonly<Record<string, unknown>>): [string, string][] =>
  Object.entries(record).map(([key, value]) => [words(key), inWords(value)]);

/** A list of objects has a line for each. */
function inWords(value: unknown): string {
  if (typeof value === 'string') return readable(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (value === null || value === undefined) return '–';
  if (typeof value !== 'object') return JSON.stringify(toTwoDecimals('', value));
  if (!Array.isArray(value)) return Object.entries(value).map(pairInWords).join(' · ') || '–';
  return value.map(inWords).join(value.some(isObject) ? '\n' : ', ') || '–';
}

const pairInWords = ([key, value]: [string, unknown]): string =>
  `${words(key).toLowerCase()} ${isObject(value) ? JSON.stringify(value, toTwoDecimals) : inWords(value)}`;
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const readable = (text: string): string =>
  INSTANT.test(text) ? exactTime(Date.parse(text)) : text;

const toTwoDecimals = (_key: string, value: unknown): unknown =>
  typeof value === 'number' ? Number(value.toFixed(2)) : value;
