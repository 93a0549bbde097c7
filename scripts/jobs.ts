// `npm run jobs`: the console of jobs on the terminal of the machine that runs Verity. `--json` for machines.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig } from '@verity/adapters/config';
import { createLog } from '@verity/adapters/log';
import { createShutdown } from '@verity/adapters/shutdown';
import { Fault } from '@verity/protocol/faults';
import { openGround } from '@verity/server/roles/ground';
import { openDesk } from '@verity/server/roles/http/jobs';
import { openJobs } from '@verity/server/roles/jobs';
import { projectRoot } from './bundle.mjs';
import { COMMANDS, USAGE } from './jobs/commands';
import { say } from './jobs/say';
import { runningUrls } from './stack/bring-up';

const { values, positionals } = readArguments();
const { json, ...options } = values;
const [name = 'help', ...args] = positionals;
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
  const said = await command(desk, args, options);
  if (!json) say(said);
  else if (said.data !== undefined) console.log(JSON.stringify(said.data, null, 2));
} catch (error) {
  if (!(error instanceof Fault)) throw error;
  console.error(error.message);
  for (const { path, message } of error.issues ?? []) console.error(`  ${path} ${message}`);
  if (error.fix) console.error(`Fix: ${error.fix}`);
  process.exitCode = 1;
} finally {
  await shutdown.end('done');
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        task: { type: 'string' },
        queue: { type: 'string' },
        search: { type: 'string' },
        all: { type: 'boolean' },
        yes: { type: 'boolean' },
        csv: { type: 'boolean' },
        json: { type: 'boolean' },
      },
    });
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
    process.exit(2);
  }
}
