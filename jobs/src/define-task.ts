// The vocabulary for declaring a task once: worker, scheduler, console, command line and documentation derive from it.
import type { z } from 'zod';
import type { RetryPolicy } from '@verity/domain/jobs/retry';
import type { SchedulePolicy } from '@verity/domain/jobs/tick';
import type { JobId } from '@verity/protocol/ids';
import type { Priority, QueueName } from '@verity/protocol/jobs/schemas';
import type { Tools } from './tools';

export interface Schedule extends SchedulePolicy {
  /** Five fields, or six with seconds first; in the time zone of the installation. */
  readonly cron: string;
}

/** What a handler knows of the run that it is in. */
export interface Run {
  readonly id: JobId;
  /** 1 for the first run. */
  readonly attempt: number;
  /** The instant of the tick, else when it was enqueued: the time that the work is about. */
  readonly at: Date;
  /** Who asked, for the audit record: `user:…`, or `system:jobs`. */
  readonly by: string;
  /** Aborted on cancel, at the timeout, and when the worker must end: stop soon, leave nothing half done. */
  readonly signal: AbortSignal;
  /** Told to who watches. Never waits. */
  readonly progress: (done: number, total?: number, note?: string) => void;
}

export interface Task<P extends z.ZodType = z.ZodType> {
  /** The name of its file. */
  readonly name: string;
  readonly queue: QueueName;
  /** One sentence for operators. */
  readonly about: string;
  /** Keys are described: the run-now form of the console is drawn from it. */
  readonly payload: P;
  readonly retry: RetryPolicy;
  /** The work is stopped after this long. */
  readonly timeoutSeconds: number;
  /** Runs of this task in all workers together. */
  readonly rate?: { readonly count: number; readonly perSeconds: number };
  readonly schedule?: Schedule;
  readonly priority?: Priority;
  /** `thread`: heavy on the processor, so it runs in a worker thread, and a timeout ends that thread. */
  readonly runs?: 'thread';
  /**
   * Does the work; what it returns is the result, kept for a day. It may run again after a crash: what it does
   * twice must count once, by the id of the run or by the nature of the work.
   */
  handler(payload: z.output<P>, run: Run, tools: Tools): Promise<unknown>;
}

/** Checks a declaration while keeping its types. */
export const defineTask = <P extends z.ZodType>(task: Task<P>): Task<P> => task;

/** Runs of a task that need no other policy: three more tries, the first after five seconds. */
export const RETRY_SOME: RetryPolicy = { attempts: 4, firstDelayMs: 5_000 };
/** For work whose next tick does the same. */
export const RETRY_NEVER: RetryPolicy = { attempts: 1, firstDelayMs: 1_000 };
