// The role `scheduler`: ticks of the schedules; any number of processes may have it.
import { createClockwork } from '@verity/adapters/agenda/clockwork';
import { sha256 } from '@verity/adapters/crypto/audit-crypto';
import type { Ground } from '@verity/server/roles/ground';
import type { Jobs } from '@verity/server/roles/jobs';
import type { Task } from '../define-task';
import { startScheduler } from '../scheduler';
import { TASKS } from '../tasks/index';

export async function startSchedulerRole(
  ground: Ground,
  jobs: Pick<Jobs, 'enqueuer' | 'states'>,
  tasks: readonly Task[] = TASKS,
): Promise<void> {
  const clockwork = await createClockwork({ ...ground, timeZone: ground.config.JOB_TIME_ZONE });
  const scheduler = await startScheduler({ ...ground, ...jobs, tasks, clockwork, sha256 });
  ground.shutdown.on('intake', 'scheduler', () => scheduler.stop());
}
