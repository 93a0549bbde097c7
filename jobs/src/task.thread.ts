// A worker thread for tasks that are heavy on the processor: one job at a time, at the lowest priority.
import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { readConfig } from '@verity/adapters/config';
import { createLog } from '@verity/adapters/log';
import { createShutdown } from '@verity/adapters/shutdown';
import { Fault } from '@verity/protocol/faults';
import { openGround } from '@verity/server/roles/ground';
import { openJobs } from '@verity/server/roles/jobs';
import { openTools } from './roles/tools';
import { TASKS } from './tasks/index';
import type { FromThread, ToThread } from './threads';

const LOWEST_PRIORITY = 19;
// On Linux the priority is the thread's own: what serves people goes first.
if (process.platform === 'linux') setPriority(LOWEST_PRIORITY);

const port = parentPort;
if (!port) throw new Error('this is the entry of a worker thread');
const say = (said: FromThread): void => port.postMessage(said);

const config = readConfig(process.env);
const log = createLog({ level: config.LOG_LEVEL, name: 'job thread' });
const ground = await openGround(config, log, createShutdown(log));
const tools = openTools(ground, await openJobs(ground));
let stop = new AbortController();

port.on('message', (asked: ToThread) => {
  if (asked.kind === 'stop') stop.abort(new Error('It was told to stop.'));
  else void work(asked);
});

async function work({ task: name, payload, run }: Extract<ToThread, { kind: 'run' }>) {
  stop = new AbortController();
  try {
    const task = TASKS.find((each) => each.name === name);
    if (!task) throw new Error(`there is no task "${name}"`);
    const result = await task.handler(
      payload,
      {
        ...run,
        id: run.id,
        at: new Date(run.at),
        signal: stop.signal,
        progress: (done, total, note) => say({ kind: 'progress', done, total, note }),
      },
      tools,
    );
    say({ kind: 'done', result });
  } catch (error) {
    const { name: kind, message } = error instanceof Error ? error : new Error(String(error));
    const fault = error instanceof Fault ? { code: error.code, fix: error.fix } : {};
    say({ kind: 'failed', name: kind, message, ...fault });
  }
}

say({ kind: 'ready' });
