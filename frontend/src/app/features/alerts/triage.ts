// Pure rules of the alert queue: what a filter means, how an event changes the list, what a change undoes to.
import type { Alert, AlertStatus } from '../../core/wire';

/** What waits for somebody. */
export const OPEN_STATUSES = [
  'open',
  'acknowledged',
  'investigating',
] as const satisfies AlertStatus[];

export type StatusFilter = AlertStatus | 'waiting' | 'all';

export function statusesOf(filter: StatusFilter): readonly AlertStatus[] | undefined {
  if (filter === 'all') return undefined;
  return filter === 'waiting' ? OPEN_STATUSES : [filter];
}

/** The list with a changed alert in its place; unknown alerts are not pushed in under the reader's eyes. */
export const withAlert = (alerts: readonly Alert[], changed: Alert): Alert[] =>
  alerts.map((alert) => (alert.id === changed.id ? changed : alert));

/** Ids by the status that they had, so that a change of many can be undone exactly. */
export function byStatus(alerts: readonly Alert[]): Map<AlertStatus, string[]> {
  const groups = new Map<AlertStatus, string[]>();
  for (const { id, status } of alerts) groups.set(status, [...(groups.get(status) ?? []), id]);
  return groups;
}
