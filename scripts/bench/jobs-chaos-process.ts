// A worker or a scheduler of the chaos bench: the roles of the product over the tasks of the bench. It is killed.
import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from '@verity/adapters/config';
import { createLog } from '@verity/adapters/log';
import { createShutdown, endOnSignals } from '@verity/adapters/shutdown';
import { startSchedulerRole } from '@verity/jobs/roles/scheduler';
import { startWorkerRole } from '@verity/jobs/roles/worker';
import { cardOf } from '@verity/jobs/task-card';
import { openGround } from '@verity/server/roles/ground';
import { openHealthPort } from '@verity/server/roles/health-port';
import { openJobs } from '@verity/server/roles/jobs';
import { chaosTasks, type Account } from './jobs-chaos-tasks';
import { NOTES } from './jobs-chaos-ledger';

const config = readConfig(process.env);
const log = createLog({ level: 'warn', name: config.ROLES.join('+') });
const shutdown = createShutdown(log);
endOnSignals(shutdown);

const ground = await openGround(config, log, shutdown);
const accounts = ground.mongo.getClient().db().collection<Account>('accounts');
// Written at once and kept by the kernel, whatever happens to this process.
const notes = openSync(join(config.DATA_DIR, NOTES, `${process.pid}-${Date.now()}`), 'a', 0o600);

const tasks = chaosTasks({
  async pay(_id, amount, job) {
    // With the write concern of the connection: on disk when it is answered.
    await accounts.updateOne(
      { _id, applied: { $ne: job } },
      { $inc: { sum: amount }, $push: { applied: job } },
    );
  },
  note: (what, { id, attempt }) => void writeSync(notes, `${what} ${id} ${attempt}\n`),
});
const jobs = await openJobs(ground, tasks.map(cardOf));
if (config.ROLES.includes('worker')) await startWorkerRole(ground, jobs, tasks);
if (config.ROLES.includes('scheduler')) {
  const enqueueUnchecked: typeof jobs.enqueuer.enqueueUnchecked = async (
    task,
    payload,
    options,
  ) => {
    const id = await jobs.enqueuer.enqueueUnchecked(task, payload, options);
    writeSync(notes, `ticked ${id} ${task} ${options?.scheduledFor?.toISOString()}\n`);
    return id;
  };
  const noting = { ...jobs, enqueuer: { ...jobs.enqueuer, enqueueUnchecked } };
  await startSchedulerRole(ground, noting, tasks);
}
await openHealthPort(ground);
