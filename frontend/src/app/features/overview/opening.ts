// The sentence with which the overview opens: what needs an admin now.
import { plural } from '../../core/format';
import type { Overview } from '../../core/wire';

/** `appeals` wait for an answer. */
export function opening(overview: Overview | undefined, appeals = 0): string {
  if (!overview) return 'Overview';
  const counts = [
    [overview.sessions.length, 'session'],
    [overview.open_alerts, 'alert'],
    [appeals, 'appeal'],
  ] as const;
  const parts = counts.flatMap(([count, what]) => (count ? [plural(count, what)] : []));
  const last = parts.pop();
  if (last === undefined) return 'Nothing needs you now';
  const total = counts.reduce((sum, [count]) => sum + count, 0);
  const list = parts.length ? `${parts.join(', ')} and ${last}` : last;
  return `${list} ${total === 1 ? 'needs' : 'need'} you`;
}
