// Builds what runs in production into dist/: the server programs, the verifier and the Angular client.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build as esbuild } from 'esbuild';
import { bundle, projectRoot } from '../bundle.mjs';
import { StackError } from './stack-error';
import { buildVerifier } from './verify-product';

export const serverProgram = join(projectRoot, 'dist', 'server', 'main.mjs');
export const jobsProgram = join(projectRoot, 'dist', 'jobs', 'main.mjs');
export const clientDir = join(projectRoot, 'dist', 'client', 'browser');
/** What /collector.js serves. */
export const collectorFile = join(projectRoot, 'dist', 'collector.js');
const clientStamp = join(projectRoot, 'dist', 'client', '.inputs');

/** Bundles the programs that exist; returns their paths. Under a second: never skipped. */
export async function buildServer(): Promise<string[]> {
  const programs = [
    ['backend/server/src/main.ts', serverProgram],
    ['jobs/src/main.ts', jobsProgram],
  ] as const;
  const there = programs.filter(([entry]) => existsSync(join(projectRoot, entry)));
  await Promise.all([buildCollector(), buildVerifier()]);
  return Promise.all(there.map(([entry, outfile]) => bundle(entry, outfile)));
}

/** One ES module without dependencies, small enough for any page. */
async function buildCollector(): Promise<void> {
  const entry = join(projectRoot, 'backend/collector/src/browser.ts');
  if (!existsSync(entry)) return;
  await esbuild({
    entryPoints: [entry],
    absWorkingDir: projectRoot,
    outfile: collectorFile,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    conditions: ['source'],
    logLevel: 'error',
  });
}

/** Whether the built client is the one that its sources would give. */
export function isClientFresh(): boolean {
  return (
    existsSync(join(clientDir, 'index.html')) &&
    existsSync(clientStamp) &&
    readFileSync(clientStamp, 'utf8') === clientInputs()
  );
}

/** Builds the client when its sources have changed (half a minute); `said` gets the output. */
export async function buildClient(
  said: (text: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  if (!existsSync(join(projectRoot, 'angular.json')) || isClientFresh()) return;
  const inputs = clientInputs();
  const child = spawn(process.execPath, [angularCli(), 'build'], {
    cwd: projectRoot,
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
    env: { ...process.env, NG_CLI_ANALYTICS: 'false' },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      said(chunk.toString());
    });
  }
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) {
    throw new StackError(`the client does not build:\n${output.trim()}`, 'mend the errors above');
  }
  mkdirSync(dirname(clientStamp), { recursive: true });
  writeFileSync(clientStamp, inputs);
}

/** The Angular CLI that the client asks for; the root may have another version for the linter. */
export function angularCli(): string {
  const cli = ['frontend/node_modules', 'node_modules']
    .map((folder) => join(projectRoot, folder, '@angular/cli/bin/ng.js'))
    .find((path) => existsSync(path));
  if (!cli) throw new StackError('@angular/cli is not installed', 'run `npm ci`');
  return cli;
}

/** A digest of everything that the client is made of. */
function clientInputs(): string {
  const inputs = ['frontend', 'backend/protocol/src', 'backend/collector/src'].flatMap(filesUnder);
  const digest = createHash('sha256');
  for (const file of [...inputs, 'angular.json', 'package-lock.json', 'tsconfig.base.json']) {
    const path = join(projectRoot, file);
    if (existsSync(path)) digest.update(`${file}\0`).update(readFileSync(path));
  }
  return digest.digest('hex');
}

function filesUnder(folder: string): string[] {
  const path = join(projectRoot, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true })
    .filter(({ name }) => name !== 'node_modules' && !name.endsWith('.spec.ts'))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const inside = `${folder}/${entry.name}`;
      return entry.isDirectory() ? filesUnder(inside) : [inside];
    });
}
