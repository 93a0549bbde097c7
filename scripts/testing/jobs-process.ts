// A worker in a process of its own, for specs that signal it: the role of the product over one task that takes its time.
import { readConfig } from '@verity/adapters/config';
import { createLog } from '@verity/adapters/log';
import { createShutdown, endOnSignals } from '@verity/adapters/shutdown';
import { startWorkerRole } from '@verity/jobs/roles/worker';
import { cardOf } from '@verity/jobs/task-card';
import { openGround } from '@verity/server/roles/ground';
import { openJobs } from '@verity/server/roles/jobs';
import { linger } from './linger';

const config = readConfig({ ...process.env, ROLES: 'worker' });
const log = createLog({ level: 'silent', name: 'worker' });
const shutdown = createShutdown(log);
endOnSignals(shutdown);
const ground = await openGround(config, log, shutdown);
const tasks = [linger((number) => void process.stdout.write(`began ${number}\n`))];
await startWorkerRole(ground, await openJobs(ground, tasks.map(cardOf)), tasks);
process.stdout.write('ready\n');
