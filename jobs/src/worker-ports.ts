// What a worker needs: the broker, the states and history of jobs, and what it tells of itself.
import type { JobHistory, JobStates } from '@verity/domain/jobs/ports';
import type { Clock, NewId } from '@verity/domain/kernel/ports';
import type { Job, JobState, QueueName } from '@verity/protocol/jobs/schemas';
import type { Task } from './define-task';
import type { Tools } from './tools';
import type { RunInThread } from './threads';

export interface Delivered {
  readonly body: Buffer;
  readonly redelivered: boolean;
  readonly diedIn: QueueName | null;
  ack(): void;
  requeue(): void;
}

export interface WorkerPorts {
  /** Names this process; unique among all that live. */
  readonly id: string;
  readonly tasks: readonly Task[];
  readonly tools: Tools;
  readonly broker: {
    publishLater(queue: QueueName, body: Buffer, delayMs: number): Promise<void>;
    subscribe(
      queue: QueueName | 'dead_letters',
      prefetch: number,
      take: (message: Delivered) => void,
    ): Promise<{ stop(): Promise<void> }>;
  };
  readonly states: JobStates;
  readonly history: JobHistory;
  readonly registry: WorkerRegistry;
  /** Milliseconds until a run of the task fits its rate; the run is counted by asking. */
  readonly turn: (task: string, rate: NonNullable<Task['rate']>) => Promise<number>;
  readonly runInThread: RunInThread;
  readonly clock: Clock;
  readonly newId: NewId;
  /** Told what happens to jobs, for who watches. */
  readonly changed: (task: string, state: JobState) => void;
  /** A handler that does not stop when it is told to: the process has to end. */
  readonly stuck: (job: Pick<Job, 'id' | 'task'>) => void;
  readonly log: {
    info(facts: object, sentence: string): void;
    warn(facts: object, sentence: string): void;
    error(facts: object, sentence: string): void;
  };
}

export interface ActiveJob {
  readonly id: Job['id'];
  readonly task: string;
  readonly since: string;
}

export interface WorkerState {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly started_at: string;
  readonly seen_at: string;
  readonly queues: readonly QueueName[];
  readonly concurrency: number;
  readonly active: readonly ActiveJob[];
  /** In hand and not begun. */
  readonly reserved: number;
  /** The first of them. */
  readonly in_hand: readonly {
    readonly id: Job['id'];
    readonly task: string;
    readonly queue: QueueName;
  }[];
  /** Ended since the start. */
  readonly ended: number;
  readonly rss_bytes: number;
}

export interface WorkerRegistry {
  beat(state: WorkerState): Promise<void>;
  leave(id: string): Promise<void>;
  pausedQueues(): Promise<readonly QueueName[]>;
}
