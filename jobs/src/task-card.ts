// What is known of a task without its handler: for who enqueues, the console and the documentation.
import { z } from 'zod';
import type { Task } from './define-task';
import type { TaskCard } from './enqueue';

export function cardOf(task: Task): TaskCard {
  const { name, queue, about, retry, timeoutSeconds, schedule } = task;
  return {
    name,
    queue,
    about,
    payload: z.toJSONSchema(task.payload, { io: 'input' }),
    retry: { attempts: retry.attempts, firstDelayMs: retry.firstDelayMs },
    timeoutSeconds,
    rate: task.rate ? { ...task.rate } : null,
    schedule: schedule ? { ...schedule } : null,
    priority: task.priority ?? 'default',
    runs: task.runs ?? 'beside',
  };
}
