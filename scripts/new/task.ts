// A new task: its declaration with a handler, and a first failing test.
import { QueueName } from '@verity/protocol/jobs/schemas';
import type { Change } from './change';

export function newTask(args: string[]): Change[] {
  const [name = '', queue = '', about = ''] = args;
  if (!/^[a-z][a-z0-9_]{1,60}$/.test(name)) {
    throw new Error('a task needs a name in snake_case, e.g. cleanup_cache');
  }
  if (!QueueName.safeParse(queue).success) {
    throw new Error(`there is no queue "${queue}"; there are: ${QueueName.options.join(', ')}`);
  }
  if (!about) throw new Error('a task needs a sentence that says what it does');
  return [
    {
      path: `jobs/src/tasks/${name}.ts`,
      replaces: false,
      text: `// ${about}
import { z } from 'zod';
import { defineTask, RETRY_SOME } from '../define-task';

export default defineTask({
  name: '${name}',
  queue: '${queue}',
  about: '${about.replaceAll("'", "\\'")}',
  payload: z.strictObject({}),
  retry: RETRY_SOME,
  timeoutSeconds: 60,
  async handler(_, run) {
    run.signal.throwIfAborted();
    return { done: 0 };
  },
});
`,
    },
    {
      path: `jobs/src/tasks/${name}.spec.ts`,
      replaces: false,
      text: `// ${about}
import { expect, it } from 'vitest';
import ${name} from './${name}';

it('does its work', async () => {
  const signal = new AbortController().signal;
  const result = await ${name}.handler({}, { signal } as never, {} as never);
  expect(result).not.toEqual({ done: 0 });
});
`,
    },
  ];
}
