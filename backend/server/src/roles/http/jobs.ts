// Wires the routes of jobs.
import { createClockwork } from '@verity/adapters/agenda/clockwork';
import { jobsDesk } from '@verity/domain/jobs/desk';
import { TASK_CARDS } from '@verity/jobs/generated/cards';
import { jobHandlers } from '../../routes/jobs';
import type { Jobs } from '../jobs';
import type { Ground } from '../ground';
import type { HttpGround } from './http-ground';

/** The desk of a process: it edits schedules, and leaves the ticking to schedulers. */
export async function openDesk(ground: Ground, jobs: Jobs) {
  const desk = jobsDesk({
    ...ground,
    ...jobs,
    history: ground.stores.jobs,
    schedules: await createClockwork({ ...ground, timeZone: ground.config.JOB_TIME_ZONE }),
    enqueue: jobs.enqueuer.enqueueUnchecked,
    cards: TASK_CARDS,
    changed: (task, state) => jobs.figures.note(task, state),
    record: (entry) => ground.journal.record(entry),
  });
  return { jobs, desk };
}

export const jobRoutes = ({ desk }: HttpGround) => jobHandlers({ desk, cards: TASK_CARDS });
