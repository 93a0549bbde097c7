// The role `worker`: runs jobs of every queue, heavy ones in threads.
import { availableParallelism } from 'node:os';
import { FAULTS, Fault, type FaultCode } from '@verity/protocol/faults';
import { QUEUES } from '@verity/protocol/jobs/schemas';
import type { Ground } from '@verity/server/roles/ground';
import type { Jobs } from '@verity/server/roles/jobs';
import { TASKS } from '../tasks/index';
import { openThreads } from '../threads';
import { startWorker } from '../worker';
import type { Task } from '../define-task';
import { openTools } from './tools';

/** Of the twenty seconds that a process has to end. */
const DRAIN_MS = 10_000;

export async function startWorkerRole(
  ground: Ground,
  jobs: Jobs,
  tasks: readonly Task[] = TASKS,
): Promise<void> {
  const { config, log, shutdown } = ground;
  const threads = openThreads(
    config.JOB_THREADS || Math.max(1, availableParallelism() - 1),
    ({ name, message, code, fix }) => {
      if (code && code in FAULTS) return new Fault(code as FaultCode, message, { fix });
      return Object.assign(new Error(message), { name });
    },
  );
  await jobs.broker.ready();
  const worker = await startWorker(
    {
      ...ground,
      ...jobs,
      id: ground.producerId,
      tasks,
      tools: openTools(ground, jobs),
      history: ground.stores.jobs,
      turn: (task, rate) => jobs.registry.turn(task, rate),
      runInThread: threads.run,
      changed: (task, state) => jobs.figures.note(task, state),
      stuck({ id, task }) {
        log.error({ job: id, task }, 'a job does not stop: this process ends, and another begins');
        void shutdown.end('a job does not stop').then(() => process.exit(1));
      },
    },
    { concurrency: config.JOB_CONCURRENCY, queues: QUEUES },
  );
  shutdown.on('intake', 'worker', async () => {
    await worker.stop(DRAIN_MS);
    await threads.close();
  });
}
