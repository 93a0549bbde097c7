// The commands of `npm run jobs`: what each asks of the desk, and what it answers.
import { readFileSync } from 'node:fs';
import type { Desk } from '@verity/domain/jobs/desk';
import type { JobFilter } from '@verity/domain/jobs/ports';
import { TASK_CARDS } from '@verity/jobs/generated/cards';
import { Fault } from '@verity/protocol/faults';
import type { JobId } from '@verity/protocol/ids';
import { JobId as JobIdSchema } from '@verity/protocol/ids';
import type { ListedState, RetryPreview } from '@verity/protocol/jobs/console-schemas';
import { QueueName } from '@verity/protocol/jobs/schemas';
import { jobLines, jobTable } from '@verity/server/routes/job-export';
import { jobRows, lineOf, type Said } from './say';

export const USAGE = `npm run jobs -- list                     queues, workers, what waits and runs
npm run jobs -- active | reserved        jobs that run; jobs in the hands of workers, not begun
npm run jobs -- queued | waiting         jobs in their queues; jobs that wait for another try
npm run jobs -- scheduled                schedules with their next tick, and what waits for another try
npm run jobs -- registered [TASK]        tasks, or one with the schema of its payload
npm run jobs -- history | dead           what ended, newest first; what failed for good
npm run jobs -- export [--csv]           what ended, whole, as JSON lines or CSV
npm run jobs -- run TASK ['{"json":…}']  run a task now; @FILE reads the payload from a file
npm run jobs -- retry ID                 try a failed or cancelled job again
npm run jobs -- retry --all [--yes]      show what would be tried again; with --yes try it
npm run jobs -- cancel ID                cancel a job, or ask it to stop
npm run jobs -- pause QUEUE              have workers take nothing from a queue
npm run jobs -- resume QUEUE
npm run jobs -- schedule TASK 'CRON'     change a schedule, or: on | off | default

Lists, export and retry --all take --task TASK, --queue QUEUE and --search TEXT. --json prints for machines.`;

/** Whoever may read the secrets of the installation acts as its operator. */
const OPERATOR = { actor: 'system:operator', address: null };
const SHOWN = 50;

export interface Options {
  task?: string | undefined;
  queue?: string | undefined;
  search?: string | undefined;
  all?: boolean | undefined;
  yes?: boolean | undefined;
  csv?: boolean | undefined;
}

export type Command = (desk: Desk, args: string[], options: Options) => Promise<Said>;

const listOf =
  (state: ListedState | undefined): Command =>
  async (desk, [task], options) =>
    jobRows(await desk.list(state, filterOf({ task, ...options }), { limit: SHOWN }));

export const COMMANDS: Readonly<Record<string, Command>> = {
  async list(desk) {
    const overview = await desk.overview();
    const { counts, queues, workers, outbox, broker_up } = overview;
    return {
      data: overview,
      rows: queues.map(({ name, messages, consumers, paused }) => ({
        queue: name,
        messages,
        consumers,
        paused: paused ? 'paused' : '',
      })),
      sentence: [
        ...(broker_up ? [] : [`RabbitMQ is away; ${outbox} messages wait for it in the outbox.`]),
        `${counts.active} active, ${counts.reserved} in hand, ${counts.queued} queued, ${counts.waiting} waiting for another try`,
        ...(workers.length > 0
          ? []
          : [
              'No worker takes jobs. Start one: npm start, or ROLES=worker node dist/jobs/main.mjs',
            ]),
        ...workers.map(
          ({ id, active, reserved, ended, lost, seen_at }) =>
            `${lost ? 'LOST  ' : 'worker'} ${id}: ${active.length} active, ${reserved} in hand, ${ended} ended, heard ${seen_at}`,
        ),
      ].join('\n'),
    };
  },
  active: listOf('active'),
  reserved: listOf('reserved'),
  queued: listOf('queued'),
  waiting: listOf('waiting'),
  history: listOf(undefined),
  dead: listOf('failed'),
  async scheduled(desk) {
    const schedules = await desk.schedules();
    const waiting = await desk.list('waiting', {}, { limit: SHOWN });
    return {
      data: { schedules, waiting: waiting.items },
      rows: schedules.map(({ task, cron, time_zone, next_at, last_tick_at, last_outcome }) => ({
        task,
        cron: `${cron} ${time_zone}`,
        next: next_at ?? 'off',
        last: last_tick_at,
        outcome: last_outcome,
      })),
      sentence: waiting.items.map((job) => `waiting ${lineOf(job)} until ${job.due_at}`).join('\n'),
    };
  },
  async registered(_, [name]) {
    const found = name ? TASK_CARDS.filter((card) => card.name === name) : TASK_CARDS;
    if (name && found.length === 0) {
      throw new Fault('not-found', `There is no task "${name}".`, {
        fix: 'npm run jobs -- registered',
      });
    }
    return {
      data: found,
      rows: found.map(({ name: task, queue, timeoutSeconds, schedule, about }) => ({
        task,
        queue,
        limit: `${timeoutSeconds} s`,
        schedule: schedule?.cron ?? '',
        about,
      })),
      ...(name ? { sentence: JSON.stringify(found[0]?.payload, null, 2) } : {}),
    };
  },
  async export(desk, [task], { csv, ...options }) {
    const pieces = desk.everyEnded(filterOf({ task, ...options }));
    for await (const text of csv ? jobTable(pieces) : jobLines(pieces)) process.stdout.write(text);
    return { data: undefined };
  },
  async run(desk, [task = '', text = '{}']) {
    const id = await desk.run(task, readPayload(text), OPERATOR);
    return { data: { id }, sentence: id };
  },
  async retry(desk, [id = '', task], options) {
    if (!options.all && id !== 'all') {
      const as = await desk.retry(readId(id), OPERATOR);
      return { data: { id: as }, sentence: as };
    }
    const filter = filterOf({ task, ...options });
    if (!options.yes) return previewed(await desk.previewRetry(filter));
    const data = await desk.retryFailed(filter, OPERATOR);
    return { data, sentence: `${data.retried} tried again, ${data.left} left` };
  },
  async cancel(desk, [id = '']) {
    const outcome = await desk.cancel(readId(id), OPERATOR);
    return { data: { outcome }, sentence: outcome };
  },
  async schedule(desk, [task = '', change = '']) {
    const edited =
      change === 'default'
        ? await desk.resetSchedule(task, OPERATOR)
        : await desk.editSchedule(
            task,
            change === 'on' || change === 'off' ? { enabled: change === 'on' } : { cron: change },
            OPERATOR,
          );
    return {
      data: edited,
      sentence: `${edited.cron}, next ${edited.next_at ?? 'never: it is off'}`,
    };
  },
  pause: (desk, [queue]) => pause(desk, queue, true),
  resume: (desk, [queue]) => pause(desk, queue, false),
};

function previewed(preview: RetryPreview): Said {
  const { total, at_once, tasks, first } = preview;
  return {
    data: preview,
    rows: tasks.map(({ task, count, known }) => ({
      task,
      failed: count,
      note: known ? '' : 'no such task any more: left as it is',
    })),
    sentence: [
      ...first.map((job) => `${lineOf(job)}: ${job.error?.message ?? ''}`),
      total === 0
        ? 'Nothing that failed fits.'
        : `${total} failed ${total === 1 ? 'job' : 'jobs'}${total > at_once ? `, ${at_once} at a time` : ''}. Nothing was done: add --yes to try them again.`,
    ].join('\n'),
  };
}

async function pause(desk: Desk, queue: string | undefined, paused: boolean): Promise<Said> {
  const name = readQueue(queue ?? '');
  const state = await desk.pause(name, paused, OPERATOR);
  return { data: state, sentence: `${name} is ${state.paused ? 'paused' : 'served'}` };
}

const filterOf = ({ task, queue, search }: Options): JobFilter => ({
  task,
  queue: queue === undefined ? undefined : readQueue(queue),
  q: search,
});

function readQueue(text: string): QueueName {
  const { success, data } = QueueName.safeParse(text);
  if (success) return data;
  throw new Fault('invalid-input', `There is no queue "${text}".`, {
    fix: `Take one of: ${QueueName.options.join(', ')}.`,
  });
}

function readId(text: string): JobId {
  const { success, data } = JobIdSchema.safeParse(text);
  if (success) return data;
  throw new Fault('invalid-input', `"${text}" is not the id of a job.`, {
    fix: 'npm run jobs -- history lists them.',
  });
}

function readPayload(given: string): unknown {
  const text = given.startsWith('@') ? readText(given.slice(1)) : given;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Fault('invalid-input', `The payload is not JSON: ${(cause as Error).message}.`, {
      fix: `Quote it for the shell: npm run jobs -- run check_session_risk '{"session_id":"…"}'`,
      cause,
    });
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Fault(
      'not-found',
      `The file of the payload cannot be read: ${(cause as Error).message}.`,
      { fix: 'Name a file of JSON after the @.', cause },
    );
  }
}
