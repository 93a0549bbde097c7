// A task of specs that takes as long as it is told to, and heeds no signal before.
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { defineTask } from '@verity/jobs/define-task';

export const linger = (begun: (number: number) => void) =>
  defineTask({
    name: 'linger',
    queue: 'default',
    about: 'For specs.',
    payload: z.strictObject({ number: z.number().int(), holdMs: z.number().int() }),
    retry: { attempts: 3, firstDelayMs: 1_000 },
    timeoutSeconds: 60,
    async handler({ number, holdMs }) {
      begun(number);
      await sleep(holdMs);
      return { number };
    },
  });
