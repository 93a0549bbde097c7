// The workflow of an alert: which status may follow which.
import { ALERT_STATUSES, type AlertStatus } from '@verity/protocol/alerts/schemas';
import { Fault } from '@verity/protocol/faults';

/** A closed alert can only be opened again: what follows is work that somebody must take up anew. */
const NEXT: Record<AlertStatus, readonly AlertStatus[]> = {
  open: ['acknowledged', 'investigating', 'resolved', 'false_positive'],
  acknowledged: ['open', 'investigating', 'resolved', 'false_positive'],
  investigating: ['acknowledged', 'resolved', 'false_positive'],
  resolved: ['open'],
  false_positive: ['open'],
};

const CLOSED: readonly AlertStatus[] = ['resolved', 'false_positive'];

/** Nobody works on it any more; the same thing reported again makes a new alert. */
export const isClosed = (status: AlertStatus): boolean => CLOSED.includes(status);

export const mayFollow = (before: AlertStatus, after: AlertStatus): boolean =>
  NEXT[before].includes(after);

/** The statuses from which an alert may come to `status`. */
export const statusesBefore = (status: AlertStatus): AlertStatus[] =>
  ALERT_STATUSES.filter((before) => mayFollow(before, status));

/** Throws `conflict` with the statuses that may follow. */
export function mustFollow(before: AlertStatus, after: AlertStatus): void {
  if (mayFollow(before, after)) return;
  throw new Fault('conflict', `An alert that is ${words(before)} cannot become ${words(after)}.`, {
    fix: `It may become ${NEXT[before].map(words).join(', ')}.`,
  });
}

const words = (status: AlertStatus): string => status.replaceAll('_', ' ');
