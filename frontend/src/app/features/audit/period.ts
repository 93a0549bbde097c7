// The time range of the timeline: the last so many hours, or between two moments; read from an address that anybody may type.
export const PERIOD = {
  '1h': 'Last hour',
  '24h': 'Last 24 hours',
  '7d': 'Last 7 days',
  '30d': 'Last 30 days',
  between: 'Between …',
} as const;
export type Period = keyof typeof PERIOD;

const HOURS = { '1h': 1, '24h': 24, '7d': 168, '30d': 720 } as const;

export interface Range {
  /** ISO 8601. */
  from?: string;
  to?: string;
}

/** Of the period, at `now` (milliseconds since 1970); `from` and `to` count when it lies between two moments. */
export function rangeOf(
  period: Period | undefined,
  from: string | undefined,
  to: string | undefined,
  now: number,
): Range {
  if (!period) return {};
  if (period !== 'between')
    return { from: new Date(now - HOURS[period] * 3_600_000).toISOString() };
  const [first, last] = [instantOf(from), instantOf(to)];
  return { ...(first ? { from: first } : {}), ...(last ? { to: last } : {}) };
}

/** ISO 8601 of a moment as it stands in the address or in a field; undefined when it is none. */
export function instantOf(text: string | undefined): string | undefined {
  const ms = text ? Date.parse(text) : NaN;
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}

/** As a field for date and time wants it: in the reader's zone, to the minute. */
export function fieldOf(instant: string | undefined): string {
  if (!instant || Number.isNaN(Date.parse(instant))) return '';
  const date = new Date(instant);
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}
