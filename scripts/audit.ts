// `npm run audit`: the chain of the audit log, from the machine that runs Verity. `--json` for machines.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig } from '@verity/adapters/config';
import { createLog } from '@verity/adapters/log';
import { createShutdown } from '@verity/adapters/shutdown';
import { anchoringOver } from '@verity/jobs/roles/anchoring';
import { Fault } from '@verity/protocol/faults';
import { openAudit } from '@verity/server/roles/audit';
import { openGround } from '@verity/server/roles/ground';
import { projectRoot } from './bundle.mjs';
import { runningUrls } from './stack/bring-up';

const USAGE = `npm run audit -- COMMAND [--json]

  status   the chain, the account, the contract and the log, and what does not fit
  sync     freeze and anchor what is due, now
  deploy   deploy the contract of this log by the account of CHAIN_PRIVATE_KEY, and use it from now on`;

const COMMANDS = {
  status: ({ examine }: Anchoring) => examine(),
  sync: ({ sync }: Anchoring, signal: AbortSignal) => sync(signal),
  deploy: ({ deploy }: Anchoring) => deploy(),
};
type Anchoring = ReturnType<typeof anchoringOver>;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' } },
});
const [name = 'help'] = positionals;
if (!Object.hasOwn(COMMANDS, name)) {
  console.error(name === 'help' ? USAGE : `there is no command "${name}"\n\n${USAGE}`);
  process.exit(name === 'help' ? 0 : 2);
}
const dataDir = process.env.DATA_DIR ?? join(projectRoot, 'data');
const masterKey = join(dataDir, 'secrets', 'master-key');
const log = createLog({ level: 'silent', name: 'audit' });
const shutdown = createShutdown(log);
try {
  const config = readConfig({
    ...runningUrls(dataDir),
    DATA_DIR: dataDir,
    ...(existsSync(masterKey) ? { MASTER_KEY: readFileSync(masterKey, 'utf8').trim() } : {}),
    ...process.env,
    OTEL_EXPORTER_OTLP_ENDPOINT: '',
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: '',
  });
  const ground = await openGround(config, log, shutdown);
  const anchoring = anchoringOver(ground, () => openAudit(ground));
  const said = await COMMANDS[name as keyof typeof COMMANDS](anchoring, shutdown.signal);
  if (values.json) console.log(JSON.stringify(said, null, 2));
  else tell(said);
} catch (error) {
  if (!(error instanceof Fault)) throw error;
  console.error(error.message);
  if (error.fix) console.error(`Fix: ${error.fix}`);
  process.exitCode = 1;
} finally {
  await shutdown.end('done');
}

/** One line for each member, those of parts behind their name. */
function tell(said: object, under = ''): void {
  for (const [name, value] of Object.entries(said) as [string, unknown][]) {
    const label = `${under}${name.replaceAll('_', ' ')}`;
    if (Array.isArray(value)) {
      for (const one of value)
        console.log(`${label}: ${typeof one === 'object' ? JSON.stringify(one) : one}`);
    } else if (typeof value === 'object' && value !== null) tell(value, `${label} `);
    else console.log(`${label}: ${String(value)}`);
  }
}
