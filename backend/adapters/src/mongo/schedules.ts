// Schedules of tasks: what is declared, what an admin has made of it, and the last tick.
import type { TickOutcome } from '@verity/domain/jobs/schedule-ports';
import { declareCollection } from './store';

export interface ScheduleDocument {
  /** Name of the task. */
  _id: string;
  cron: string;
  time_zone: string;
  enabled: boolean;
  missed: 'once' | 'skip';
  overlap: 'skip' | 'queue';
  declared_cron: string;
  edited_by: string | null;
  edited_at: Date | null;
  last_tick_at: Date | null;
  last_outcome: TickOutcome['outcome'] | null;
  last_job: string | null;
}

export const schedules = declareCollection(
  'schedules',
  {
    _id: String,
    cron: { type: String, required: true },
    time_zone: { type: String, required: true },
    enabled: { type: Boolean, required: true },
    missed: { type: String, required: true },
    overlap: { type: String, required: true },
    declared_cron: { type: String, required: true },
    edited_by: String,
    edited_at: Date,
    last_tick_at: Date,
    last_outcome: String,
    last_job: String,
  },
  [],
);
