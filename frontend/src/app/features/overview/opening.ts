// The sentence with which the overview opens: what needs an admin now.
import { plural } from '../../core/format';
import type { Overview } from '../../core/wire';

export function opening(overview: Overview | undefined): string {
  if (!overview) return 'Overview';
  const { sessions, open_alerts } = overview;
  const parts = [
    sessions.length ? plural(sessions.length, 'session') : '',
    open_alerts ? plural(open_alerts, 'alert') : '',
  ].filter(Boolean);
  if (parts.length === 0) return 'Nothing needs you now';
  const one = sessions.length + open_alerts === 1;
  return `${parts.join(' and ')} ${one ? 'needs' : 'need'} you`;
}
