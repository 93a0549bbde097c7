// What the scheduler needs of the world: ticks of a clock that many processes share, and the schedules that it keeps.
import type { JobId } from '@verity/protocol/ids';
import type { ScheduleState } from '@verity/protocol/jobs/console-schemas';
import type { SchedulePolicy } from './tick';

/** As a task declares it. */
export interface DeclaredSchedule extends SchedulePolicy {
  readonly task: string;
  readonly cron: string;
}

export type TickOutcome =
  { outcome: 'enqueued'; job: JobId } | { outcome: 'missed' | 'overlap'; job: null };

export interface Schedules {
  /** Adds what is missing, follows a declaration that changed and was not edited, and removes what is declared no more. */
  declare(schedules: readonly DeclaredSchedule[]): Promise<void>;
  list(): Promise<ScheduleState[]>;
  /** Throws `not-found`, and `invalid-input` for a cron expression that cannot be read. */
  edit(
    task: string,
    change: { cron?: string; enabled?: boolean },
    by: string,
    at: Date,
  ): Promise<ScheduleState>;
  /** Back to what the task declares. */
  reset(task: string, by: string, at: Date): Promise<ScheduleState>;
  /** Instants of each enabled schedule in a time, `perTask` at most of one. */
  calendar(from: Date, until: Date, perTask: number): Promise<{ task: string; at: string }[]>;
}

export interface Clockwork extends Schedules {
  /** Calls `tick` once for each instant of each schedule, however many processes have started one. */
  start(tick: (task: string, scheduledFor: Date) => Promise<TickOutcome>): Promise<void>;
  stop(): Promise<void>;
}
