// The console of jobs: looks into them, and acts on them for an operator, with a record of each act.
import type { Action } from '@verity/protocol/audit/schemas';
import { Fault } from '@verity/protocol/faults';
import type { JobId } from '@verity/protocol/ids';
import type { QueueState } from '@verity/protocol/jobs/console-schemas';
import type { Job, JobState, QueueName } from '@verity/protocol/jobs/schemas';
import { endedJobOf } from './ended-job';
import { lookIntoJobs, MOST_RETRIED, type LookPorts } from './look';
import type { JobFilter, JobHistory, JobStates } from './ports';

export interface DeskPorts extends LookPorts {
  states: Pick<JobStates, 'byId' | 'cancel'>;
  history: LookPorts['history'] &
    JobHistory & {
      /** True for exactly one caller: it may retry the job. */
      claimRetry(id: JobId, as: JobId): Promise<boolean>;
      /** The retry could not be enqueued: another may claim it. */
      giveBackRetry(id: JobId, as: JobId): Promise<void>;
    };
  registry: LookPorts['registry'] & {
    pause(queue: QueueName, paused: boolean): Promise<boolean>;
  };
  enqueue(
    task: string,
    payload: unknown,
    options: { origin: 'console' | 'retry'; by: string; id?: JobId },
  ): Promise<JobId>;
  /** Puts an act of an operator on record. */
  record(entry: {
    actor: string;
    action: Action;
    subject: string;
    outcome: 'success';
    address: string | null;
    details: Record<string, unknown>;
  }): Promise<void>;
  /** Told what an act did to a job, for who watches; what is enqueued is told by who enqueues. */
  changed: (task: string, state: JobState) => void;
  newId: <Id extends string>() => Id;
}

/** Who acts, as the audit log names it, and from where. */
export interface Operator {
  actor: string;
  address: string | null;
}

const RETRIED_AT_ONCE = 200;

export type Desk = ReturnType<typeof jobsDesk>;

export function jobsDesk(ports: DeskPorts) {
  const { states, history, registry, clock } = ports;
  const look = lookIntoJobs(ports);
  const { byId, queueState } = look;

  const record = (
    { actor, address }: Operator,
    action: Action,
    subject: string,
    details: Record<string, unknown> = {},
  ) => ports.record({ actor, action, subject, outcome: 'success', address, details });

  const retryable = (job: Job): boolean =>
    (job.state === 'failed' || job.state === 'cancelled') && !isCut(job.payload);

  /** Enqueues the job anew; false when somebody else did already. A retry that is not enqueued is not claimed. */
  const tryAgain = async (job: Job, as: JobId, by: string): Promise<boolean> => {
    if (!(await history.claimRetry(job.id, as))) return false;
    try {
      await ports.enqueue(job.task, job.payload, { origin: 'retry', by, id: as });
      return true;
    } catch (error) {
      await history.giveBackRetry(job.id, as);
      throw error;
    }
  };

  return {
    ...look,

    async run(task: string, payload: unknown, operator: Operator): Promise<JobId> {
      const id = await ports.enqueue(task, payload, { origin: 'console', by: operator.actor });
      await record(operator, 'job.run', `job:${id}`, { task });
      return id;
    },

    async cancel(id: JobId, operator: Operator): Promise<'cancelled' | 'asked'> {
      const outcome = await states.cancel(id, clock());
      if (outcome === 'cancelled') {
        const job = await states.byId(id);
        if (job) {
          await history.add([endedJobOf(job)]);
          ports.changed(job.task, 'cancelled');
        }
      } else if (outcome !== 'asked') {
        const { state } = await byId(id);
        throw new Fault('conflict', `The job has ended: ${state}.`, {
          fix: 'Nothing is left to cancel.',
        });
      }
      await record(operator, 'job.cancelled', `job:${id}`, { outcome });
      return outcome;
    },

    async retry(id: JobId, operator: Operator): Promise<JobId> {
      const job = await byId(id);
      if (!retryable(job)) {
        throw new Fault(
          'conflict',
          isCut(job.payload)
            ? 'Its payload was too large to be kept whole.'
            : `Only a failed or cancelled job is tried again; this one is ${job.state}.`,
          { fix: 'Run the task anew with a payload of its own.' },
        );
      }
      const as = ports.newId<JobId>();
      if (!(await tryAgain(job, as, operator.actor))) {
        throw new Fault('conflict', 'The job was tried again already.', {
          fix: 'Retry the newer job instead, when that one fails too.',
        });
      }
      await record(operator, 'job.retried', `job:${id}`, { task: job.task, as: `job:${as}` });
      return as;
    },

    async retryFailed(
      filter: JobFilter,
      operator: Operator,
    ): Promise<{ retried: number; left: number }> {
      let retried = 0;
      let left = 0;
      let cursor: string | undefined;
      try {
        do {
          const page = await history.list(
            { ...filter, state: ['failed'], retried: false },
            { cursor, limit: RETRIED_AT_ONCE },
          );
          for (const job of page.items) {
            if (!retryable(job)) {
              left++;
              continue;
            }
            try {
              const again = await tryAgain(job, ports.newId<JobId>(), operator.actor);
              if (again) retried++;
              else left++;
            } catch (error) {
              // A task that is gone, or another payload by now: the others may still fit.
              if (!(error instanceof Fault) || error.code !== 'invalid-input') throw error;
              left++;
            }
          }
          cursor = page.next_cursor ?? undefined;
        } while (cursor && retried < MOST_RETRIED);
      } finally {
        // Also when it broke off: what was tried again until then is on record.
        await record(operator, 'job.retried', 'jobs:failed', { retried, left, ...words(filter) });
      }
      return { retried, left };
    },

    async pause(queue: QueueName, paused: boolean, operator: Operator): Promise<QueueState> {
      if (await registry.pause(queue, paused)) {
        await record(operator, paused ? 'job.queue_paused' : 'job.queue_resumed', `queue:${queue}`);
      }
      return queueState(queue, await registry.pausedQueues());
    },

    async editSchedule(
      task: string,
      change: { cron?: string | undefined; enabled?: boolean | undefined },
      operator: Operator,
    ) {
      const before = (await ports.schedules.list()).find((schedule) => schedule.task === task);
      const after = await ports.schedules.edit(task, change, operator.actor, clock());
      await record(operator, 'job.schedule_changed', `task:${task}`, {
        before: before && { cron: before.cron, enabled: before.enabled },
        after: { cron: after.cron, enabled: after.enabled },
      });
      return after;
    },

    async resetSchedule(task: string, operator: Operator) {
      const after = await ports.schedules.reset(task, operator.actor, clock());
      await record(operator, 'job.schedule_changed', `task:${task}`, {
        after: { cron: after.cron, enabled: after.enabled, declared: true },
      });
      return after;
    },
  };
}

/** History keeps the beginning of what is too large (`cut`). */
const isCut = (payload: unknown): boolean =>
  typeof payload === 'object' && payload !== null && 'cut' in payload && 'begins' in payload;

const words = ({ task, queue, q, since, until }: JobFilter) => ({
  ...{ task, queue, q },
  since: since?.toISOString(),
  until: until?.toISOString(),
});
