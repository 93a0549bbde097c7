// The scheduler: a tick only enqueues, under an id that every scheduler computes alike.
import { judgeTick, tickBytes } from '@verity/domain/jobs/tick';
import type { Clockwork, TickOutcome } from '@verity/domain/jobs/schedule-ports';
import type { JobStates } from '@verity/domain/jobs/ports';
import { uuidV7 } from '@verity/domain/kernel/ids';
import type { Clock } from '@verity/domain/kernel/ports';
import type { JobId } from '@verity/protocol/ids';
import type { Task } from './define-task';
import type { Enqueuer } from './enqueue';

export interface SchedulerPorts {
  readonly tasks: readonly Task[];
  readonly clockwork: Clockwork;
  readonly enqueuer: Pick<Enqueuer, 'enqueueUnchecked'>;
  readonly states: Pick<JobStates, 'byId'>;
  readonly sha256: (bytes: Uint8Array) => Uint8Array;
  readonly clock: Clock;
  readonly log: { info(facts: object, sentence: string): void };
}

export async function startScheduler(ports: SchedulerPorts): Promise<{ stop(): Promise<void> }> {
  const { tasks, clockwork, states, clock } = ports;
  const scheduled = new Map(
    tasks.flatMap((task) => (task.schedule ? [[task.name, task.schedule] as const] : [])),
  );

  const idOf = (task: string, at: Date): JobId =>
    uuidV7(at.getTime(), ports.sha256(tickBytes(task, at))) as JobId;

  const predecessorLives = async (task: string): Promise<boolean> => {
    const last = (await clockwork.list()).find((schedule) => schedule.task === task)?.last_job;
    if (!last) return false;
    const job = await states.byId(last);
    return job !== null && job.ended_at === null;
  };

  const tick = async (task: string, scheduledFor: Date): Promise<TickOutcome> => {
    const schedule = scheduled.get(task);
    if (!schedule) return { outcome: 'missed', job: null };
    const verdict = judgeTick(schedule, {
      scheduledFor,
      now: clock(),
      predecessorLives: schedule.overlap === 'skip' && (await predecessorLives(task)),
    });
    if (!verdict.enqueue) {
      ports.log.info({ task, why: verdict.why, scheduledFor }, 'a tick was passed over');
      return { outcome: verdict.why, job: null };
    }
    const job = await ports.enqueuer.enqueueUnchecked(
      task,
      {},
      { origin: 'schedule', scheduledFor, id: idOf(task, scheduledFor) },
    );
    return { outcome: 'enqueued', job };
  };

  await clockwork.declare(
    [...scheduled].map(([task, { cron, missed, overlap }]) => ({ task, cron, missed, overlap })),
  );
  await clockwork.start(tick);
  return { stop: () => clockwork.stop() };
}
