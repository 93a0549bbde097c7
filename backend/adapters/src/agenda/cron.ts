// Instants of a cron expression in a time zone, daylight saving included.
import { CronExpressionParser } from 'cron-parser';
import { Fault } from '@verity/protocol/faults';

/** Throws `invalid-input` that names what is wrong. Five fields, or six with seconds first. */
export function demandCron(cron: string, timeZone: string): void {
  try {
    if (!/^\s*\S+(\s+\S+){4,5}\s*$/.test(cron)) throw new Error('it has not five or six fields');
    const times = CronExpressionParser.parse(cron, { tz: timeZone });
    // An expression that never comes true, such as 30 February, is only found out by asking.
    times.next();
  } catch (cause) {
    throw new Fault(
      'invalid-input',
      `"${cron.slice(0, 60)}" cannot be read as a cron expression: ${(cause as Error).message}.`,
      {
        fix: 'Write minute, hour, day of the month, month, day of the week, e.g. 0 2 * * 1 for Mondays at two.',
        issues: [{ path: '/cron', message: (cause as Error).message }],
        cause,
      },
    );
  }
}

/** The last instant that is not after `now`; null when the expression has none. */
export function instantBefore(cron: string, timeZone: string, now: Date): Date | null {
  const times = CronExpressionParser.parse(cron, {
    tz: timeZone,
    currentDate: new Date(now.getTime() + 1),
  });
  const found = times.prev().toDate();
  return found.getTime() <= now.getTime() ? found : null;
}

/** Instants after `from` and not after `until`, `limit` at most. */
export function instantsOf(
  cron: string,
  timeZone: string,
  { from, until, limit }: { from: Date; until: Date; limit: number },
): Date[] {
  const times = CronExpressionParser.parse(cron, { tz: timeZone, currentDate: from });
  const found: Date[] = [];
  while (found.length < limit) {
    const next = times.next().toDate();
    if (next.getTime() > until.getTime()) break;
    // cron-parser answers the same instant twice where the clocks go back over it.
    if (found.at(-1)?.getTime() !== next.getTime()) found.push(next);
  }
  return found;
}
