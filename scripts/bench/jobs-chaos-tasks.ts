// The tasks of the chaos bench: each adds to an account in MongoDB, and must count once however often it runs.
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { Fault } from '@verity/protocol/faults';
import { QUEUES, type QueueName } from '@verity/protocol/jobs/schemas';
import { defineTask, type Run, type Task } from '@verity/jobs/define-task';

/**
 * Who is paid, and the ids of the jobs that did it. Amount and id change in one update of one document: that is all
 * that "once" asks of a handler, since MongoDB makes one document's change whole or not at all.
 */
export interface Account {
  _id: string;
  sum: number;
  applied: string[];
}

export interface Payment {
  account: string;
  amount: number;
  /** Time that the work takes, so that many are under way when something is killed. */
  holdMs: number;
  /** The first run fails, before or after its effect. */
  fails: 'never' | 'before' | 'after';
}

/** What the handlers write to. */
export interface Books {
  /** Adds the amount unless this job has added it already. */
  pay(account: string, amount: number, job: string): Promise<void>;
  /** Notes that a run began, or came to its end. */
  note(what: 'began' | 'ended', run: Pick<Run, 'id' | 'attempt'>): void;
}

/** For who only wants the declarations. */
export const NO_BOOKS: Books = { pay: () => Promise.resolve(), note: () => undefined };

export const ACCOUNTS = 2_000;
export const accountNamed = (index: number): string => `account ${index}`;
/** Where the ticks of a schedule are paid to. */
export const accountOfTicks = (task: string): string => `ticks of ${task}`;
export const taskOf = (queue: QueueName): string => `pay_by_${queue}`;

/** Every two, three and five seconds. */
const PERIODS = [2, 3, 5];

export function chaosTasks(books: Books): Task[] {
  const shared = {
    about: 'For the bench.',
    retry: { attempts: 6, firstDelayMs: 1_000 },
    timeoutSeconds: 60,
  };
  const payments = QUEUES.map((queue) =>
    defineTask({
      ...shared,
      name: taskOf(queue),
      queue,
      payload: z.strictObject({
        account: z.string(),
        amount: z.number().int(),
        holdMs: z.number(),
        fails: z.enum(['never', 'before', 'after']),
      }),
      async handler({ account, amount, holdMs, fails }, run) {
        books.note('began', run);
        const failsNow = (when: string): void => {
          if (fails === when && run.attempt === 1)
            throw new Fault('unavailable', 'It was asked to.');
        };
        if (holdMs > 0) await sleep(holdMs, undefined, { signal: run.signal });
        failsNow('before');
        await books.pay(account, amount, run.id);
        failsNow('after');
        books.note('ended', run);
        return { paid: amount };
      },
    }),
  );
  const ticks = PERIODS.map((seconds) => {
    const name = `tick_each_${seconds}_seconds`;
    return defineTask({
      ...shared,
      name,
      queue: 'default',
      payload: z.strictObject({}),
      schedule: { cron: `*/${seconds} * * * * *`, missed: 'once', overlap: 'queue' },
      async handler(_, run) {
        books.note('began', run);
        await books.pay(accountOfTicks(name), 1, run.id);
        books.note('ended', run);
      },
    });
  });
  return [...payments, ...ticks];
}
