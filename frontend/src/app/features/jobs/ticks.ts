// What became of the last tick of a schedule, in words.
import type { Schedule } from '../../core/wire';

const OUTCOME = {
  enqueued: 'ran',
  missed: 'missed: nothing was up',
  overlap: 'passed over: the one before still ran',
} as const satisfies Record<NonNullable<Schedule['last_outcome']>, string>;

export const lastTick = (outcome: Schedule['last_outcome']): string =>
  outcome ? OUTCOME[outcome] : '';
