// A server process: reads its configuration, opens the ground, starts the roles that it is given, ends in order.
import { readConfig } from '@verity/adapters/config';
import { createLog } from '@verity/adapters/log';
import { createShutdown, endOnSignals } from '@verity/adapters/shutdown';
import { Fault } from '@verity/protocol/faults';
import { openGround } from './roles/ground';
import { openHealthPort } from './roles/health-port';
import { startHttpRole } from './roles/http';
import { openJobs } from './roles/jobs';
import { startPipelineRole } from './roles/pipeline';

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const log = createLog({ level: config.LOG_LEVEL, name: config.ROLES.join('+') });
  const shutdown = createShutdown(log);
  endOnSignals(shutdown);
  try {
    const ground = await openGround(config, log, shutdown);
    const jobs = await openJobs(ground);
    const herald = config.ROLES.includes('http') ? await startHttpRole(ground, jobs) : undefined;
    if (config.ROLES.includes('pipeline')) await startPipelineRole(ground, jobs, herald);
    if (!herald) await openHealthPort(ground);
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
