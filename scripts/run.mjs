// Runs a TypeScript entry on plain Node: `node scripts/run.mjs scripts/start.ts [arguments]`.
// The bundle is imported into this very process, so signals and exit codes need no forwarding.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setUp } from './setup.mjs';

const [entry, ...rest] = process.argv.slice(2);
if (!entry) {
  console.error('Usage: node scripts/run.mjs ENTRY.ts [arguments]');
  process.exit(2);
}
setUp();
const { bundle } = await import('./bundle.mjs');
const program = await bundle(resolve(entry));
process.setSourceMapsEnabled(true);
process.argv = [process.argv[0], program, ...rest];
await import(pathToFileURL(program).href);
