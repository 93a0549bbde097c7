// A jobs process: reads its configuration, opens the ground, starts the roles that it is given, ends in order.
import { readConfig } from '@verity/adapters/config';
import { createLog } from '@verity/adapters/log';
import { createShutdown, endOnSignals } from '@verity/adapters/shutdown';
import { Fault } from '@verity/protocol/faults';
import { openGround } from '@verity/server/roles/ground';
import { openHealthPort } from '@verity/server/roles/health-port';
import { openJobs } from '@verity/server/roles/jobs';
import { startSchedulerRole } from './roles/scheduler';
import { startWorkerRole } from './roles/worker';

const ROLES: readonly string[] = ['worker', 'scheduler'];

async function main(): Promise<void> {
  const config = readConfig({ ROLES: ROLES.join(','), ...process.env });
  const strange = config.ROLES.filter((role) => !ROLES.includes(role));
  if (strange.length > 0) {
    throw new Fault('invalid-input', `This program has no role ${strange.join(', ')}.`, {
      fix: 'Set ROLES to worker, scheduler, or both; the others are of the server.',
    });
  }
  const log = createLog({ level: config.LOG_LEVEL, name: config.ROLES.join('+') });
  const shutdown = createShutdown(log);
  endOnSignals(shutdown);
  try {
    const ground = await openGround(config, log, shutdown);
    const jobs = await openJobs(ground);
    if (config.ROLES.includes('worker')) await startWorkerRole(ground, jobs);
    if (config.ROLES.includes('scheduler')) await startSchedulerRole(ground, jobs);
    await openHealthPort(ground);
    log.info({ roles: config.ROLES, port: config.PORT }, 'ready');
  } catch (error) {
    if (shutdown.signal.aborted) return;
    log.fatal({ err: error }, 'could not start');
    await shutdown.end('could not start');
    process.exit(1);
  }
}

main().catch((error: unknown) => {
  // Before there is a log: the configuration does not fit.
  process.stderr.write(
    error instanceof Fault ? `${error.message}\n${error.fix ?? ''}\n` : `${String(error)}\n`,
  );
  process.exitCode = 1;
});
