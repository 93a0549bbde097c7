// `npm run doctor`: names what is wrong with this installation, and the fix. `--json` for machines.
import { join } from 'node:path';
import { projectRoot } from './bundle.mjs';
import { checks, type Finding } from './doctor/checks';

const dataDir = process.env.DATA_DIR ?? join(projectRoot, 'data');
const port = Number(process.env.PORT || 5000);
const findings: Finding[] = [];
for (const check of checks) findings.push(...(await check({ dataDir, port, env: process.env })));

if (process.argv.includes('--json')) {
  console.log(JSON.stringify({ dataDir, port, findings }, null, 2));
} else {
  for (const { subject, wrong, is, fix } of findings) {
    console.log(
      `${wrong ? 'WRONG' : 'ok   '}  ${subject}: ${is}${wrong ? `\n       Fix: ${fix}` : ''}`,
    );
  }
}
// Set rather than exit(): standard output may be a pipe that is still being read.
process.exitCode = findings.some(({ wrong }) => wrong) ? 1 : 0;
