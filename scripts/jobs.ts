// `npm run jobs`: the console of jobs on the terminal of the machine that runs Verity. `--json` for machines.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from '@verity/adapters/config';
import { createLog } from '@verity/adapters/log';
import { createShutdown } from '@verity/adapters/shutdown';
import type { Desk } from '@verity/domain/jobs/desk';
import { TASK_CARDS } from '@verity/jobs/generated/cards';
import { Fault } from '@verity/protocol/faults';
import type { JobId } from '@verity/protocol/ids';
import { JobId as JobIdSchema } from '@verity/protocol/ids';
import { QueueName, type Job } from '@verity/protocol/jobs/schemas';
import { openGround } from '@verity/server/roles/ground';
import { openDesk } from '@verity/server/roles/http/jobs';
import { openJobs } from '@verity/server/roles/jobs';
import { projectRoot } from './bundle.mjs';
import { runningUrls } from './stack/bring-up';

const USAGE = `npm run jobs -- list                     queues, workers, what waits and runs
npm run jobs -- active                   jobs that run
npm run jobs -- scheduled                schedules with their next tick, and jobs that wait for another try
npm run jobs -- registered [TASK]        tasks, or one with the schema of its payload
npm run jobs -- history [TASK]           jobs that ended, newest first
npm run jobs -- dead [TASK]              jobs that failed for good
npm run jobs -- run TASK ['{"json":…}']  run a task now
npm run jobs -- retry ID | all [TASK]    try a failed job again, or every one
npm run jobs -- cancel ID                cancel a job, or ask it to stop
npm run jobs -- pause QUEUE              have workers take nothing from a queue
npm run jobs -- resume QUEUE`;

/** Whoever may read the secrets of the installation acts as its operator. */
const OPERATOR = { actor: 'system:operator', address: null };
const SHOWN = 50;

type Row = Record<string, string | number | null>;
/** What a command answers: for people as a table or a sentence, for machines as it is. */
interface Said {
  rows?: Row[];
  sentence?: string;
  data: unknown;
}

const COMMANDS: Record<string, (desk: Desk, args: string[]) => Promise<Said>> = {
  async list(desk) {
    const overview = await desk.overview(24);
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
        broker_up ? '' : `RabbitMQ is away; ${outbox} messages wait for it in the outbox.\n`,
        `${counts.active} active, ${counts.queued} queued, ${counts.waiting} waiting for another try`,
        ...workers.map(
          ({ id, active, ended, lost, seen_at }) =>
            `${lost ? 'LOST  ' : 'worker'} ${id}: ${active.length} active, ${ended} ended, heard ${seen_at}`,
        ),
      ].join('\n'),
    };
  },
  active: async (desk) => jobs(await desk.list('active', {}, { limit: SHOWN })),
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
      sentence: waiting.items.map((job) => `waiting ${line(job)} until ${job.due_at}`).join('\n'),
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
  history: async (desk, [task]) => jobs(await desk.list(undefined, { task }, { limit: SHOWN })),
  dead: async (desk, [task]) => jobs(await desk.list('failed', { task }, { limit: SHOWN })),
  async run(desk, [task = '', text = '{}']) {
    const id = await desk.run(task, readPayload(text), OPERATOR);
    return { data: { id }, sentence: id };
  },
  async retry(desk, [id = '', task]) {
    if (id !== 'all') {
      const as = await desk.retry(readId(id), OPERATOR);
      return { data: { id: as }, sentence: as };
    }
    const data = await desk.retryFailed({ task }, OPERATOR);
    return { data, sentence: `${data.retried} tried again, ${data.left} left` };
  },
  async cancel(desk, [id = '']) {
    const outcome = await desk.cancel(readId(id), OPERATOR);
    return { data: { outcome }, sentence: outcome };
  },
  pause: (desk, [queue]) => pause(desk, queue, true),
  resume: (desk, [queue]) => pause(desk, queue, false),
};

async function pause(desk: Desk, queue: string | undefined, paused: boolean): Promise<Said> {
  const { success, data } = QueueName.safeParse(queue);
  if (!success) {
    throw new Fault('invalid-input', `There is no queue "${queue ?? ''}".`, {
      fix: `Take one of: ${QueueName.options.join(', ')}.`,
    });
  }
  const state = await desk.pause(data, paused, OPERATOR);
  return { data: state, sentence: `${data} is ${state.paused ? 'paused' : 'served'}` };
}

const line = ({ id, task, attempt }: Job): string => `${id} ${task} (run ${attempt})`;

function jobs({ items, total }: { items: Job[]; total: number }): Said {
  return {
    data: { items, total },
    rows: items.map((job) => ({
      id: job.id,
      task: job.task,
      state: job.state,
      runs: job.attempt,
      at: job.ended_at ?? job.started_at ?? job.enqueued_at,
      ms: job.duration_ms,
      says:
        job.error?.message ?? (job.result === null ? '' : JSON.stringify(job.result).slice(0, 80)),
    })),
    sentence: items.length < total ? `${items.length} of ${total}` : '',
  };
}

function readId(text: string): JobId {
  const { success, data } = JobIdSchema.safeParse(text);
  if (success) return data;
  throw new Fault('invalid-input', `"${text}" is not the id of a job.`, {
    fix: 'npm run jobs -- history lists them.',
  });
}

function readPayload(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Fault('invalid-input', `The payload is not JSON: ${(cause as Error).message}.`, {
      fix: `Quote it for the shell: npm run jobs -- run check_session_risk '{"session_id":"…"}'`,
      cause,
    });
  }
}

function show({ rows, sentence }: Said): void {
  const [first] = rows ?? [];
  if (rows && first) {
    const columns = Object.keys(first);
    const cells = [columns, ...rows.map((row) => columns.map((name) => String(row[name] ?? '')))];
    const widths = columns.map((_, at) => Math.max(...cells.map((row) => (row[at] ?? '').length)));
    for (const row of cells) {
      console.log(
        row
          .map((cell, at) => cell.padEnd(widths[at] ?? 0))
          .join('  ')
          .trimEnd(),
      );
    }
  } else if (rows) console.log('none');
  if (sentence) console.log(sentence);
}

const json = process.argv.includes('--json');
const [name = 'help', ...args] = process.argv.slice(2).filter((arg) => arg !== '--json');
const command = COMMANDS[name];
if (!command) {
  console.error(name === 'help' ? USAGE : `there is no command "${name}"\n\n${USAGE}`);
  process.exit(name === 'help' ? 0 : 2);
}
const dataDir = process.env.DATA_DIR ?? join(projectRoot, 'data');
const masterKey = join(dataDir, 'secrets', 'master-key');
const log = createLog({ level: 'silent', name: 'jobs' });
const shutdown = createShutdown(log);
try {
  const config = readConfig({
    ...runningUrls(dataDir),
    ...(existsSync(masterKey) ? { MASTER_KEY: readFileSync(masterKey, 'utf8').trim() } : {}),
    ...process.env,
    OTEL_EXPORTER_OTLP_ENDPOINT: '',
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: '',
  });
  const ground = await openGround(config, log, shutdown);
  const opened = await openJobs(ground);
  const { desk } = await openDesk(ground, opened);
  await opened.broker.ready(5_000).catch((error: unknown) => {
    if (!(error instanceof Fault)) throw error;
    console.error('RabbitMQ does not answer: what is enqueued waits in the outbox.');
  });
  const said = await command(desk, args);
  if (json) console.log(JSON.stringify(said.data, null, 2));
  else show(said);
} catch (error) {
  if (!(error instanceof Fault)) throw error;
  console.error(error.message);
  for (const { path, message } of error.issues ?? []) console.error(`  ${path} ${message}`);
  if (error.fix) console.error(`Fix: ${error.fix}`);
  process.exitCode = 1;
} finally {
  await shutdown.end('done');
}
