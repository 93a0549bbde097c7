// `npm test`: every check and every runner, one after the other; the last line is the sum.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from './bundle.mjs';
import { installPackages } from './stack/debian';
import { angularCli } from './stack/product';
import { findProgram } from './stack/program';
import { type Count, failed, passed, run, type Step } from './testing/steps';
import { countPlaywright, countVitest } from './testing/counts';

const reports = mkdtempSync(join(tmpdir(), 'verity-reports-'));
const inProject = (path: string) => join(projectRoot, path);
const bin = (name: string) => inProject(`node_modules/.bin/${name}`);

/** Programs that the specs need, and the Debian packages that bring them. */
async function installPrograms(): Promise<Count> {
  const needed = {
    'redis-server': 'redis-server',
    epmd: 'rabbitmq-server',
    chromium: 'chromium',
    nginx: 'nginx',
    openssl: 'openssl',
    python3: 'python3',
  };
  const missing = Object.entries(needed).filter(([program]) => !findProgram(program));
  if (missing.length === 0) return passed;
  const packages = missing.map(([, name]) => name);
  const done = await installPackages(packages, (line) => console.log(line));
  if (!done) console.error(`Fix: apt-get install ${packages.join(' ')}`);
  return done ? passed : failed;
}

/** Writes the generated files again: they must come out as they are committed. */
async function checkGenerated(): Promise<Count> {
  const script = [process.execPath, inProject('scripts/run.mjs'), inProject('scripts/generate.ts')];
  const before = await contentOfTree();
  if ((await run(script)) !== 0) return failed;
  const changed = (await contentOfTree()) !== before;
  if (changed) console.error('Fix: npm run generate, then commit what has changed');
  return changed ? failed : passed;
}

async function contentOfTree(): Promise<string> {
  let text = '';
  await run(['git', 'diff', '--binary'], (chunk) => (text += chunk));
  await run(['git', 'status', '--porcelain'], (chunk) => (text += chunk));
  return text;
}

/** Side by side: each of them keeps one core busy. What one says is shown when it has ended. */
const checks = (title: string, commands: Record<string, string[]>): Step => ({
  title,
  async run() {
    const counts = await Promise.all(
      Object.entries(commands).map(async ([name, command]): Promise<Count> => {
        let said = '';
        const started = performance.now();
        const code = await run(command, (chunk) => (said += chunk));
        const seconds = ((performance.now() - started) / 1000).toFixed(1);
        console.log(
          `${said.trimEnd()}${said ? '\n' : ''}${name}: ${code === 0 ? 'ok' : 'FAILED'}, ${seconds} s`,
        );
        return code === 0 ? passed : failed;
      }),
    );
    return {
      passed: counts.reduce((sum, count) => sum + count.passed, 0),
      failed: counts.reduce((sum, count) => sum + count.failed, 0),
    };
  },
});

const runner = (title: string, report: string, command: string[], count: typeof countVitest) => ({
  title,
  async run(): Promise<Count> {
    const path = join(reports, report);
    const code = await run(command, undefined, { PLAYWRIGHT_JSON_OUTPUT_NAME: path });
    return existsSync(path) ? count(readFileSync(path, 'utf8'), code) : failed;
  },
});

function hasAngularTests(): boolean {
  if (!existsSync(inProject('angular.json'))) return false;
  const { projects } = JSON.parse(readFileSync(inProject('angular.json'), 'utf8')) as {
    projects: Record<string, { architect?: { test?: unknown } }>;
  };
  return Object.values(projects).some(({ architect }) => architect?.test !== undefined);
}

const vitestReport = (name: string) => ['--reporter=default', '--reporter=json', name];
const steps: (Step | false)[] = [
  { title: 'programs', run: installPrograms },
  checks('types, lint, format, import rules', {
    types: [bin('tsc'), '--noEmit', '-p', 'tsconfig.json'],
    eslint: [bin('eslint'), '.', '--max-warnings', '0'],
    prettier: [bin('prettier'), '--check', '--log-level', 'warn', '.'],
    'import rules': [
      bin('depcruise'),
      ...['--config', '.dependency-cruiser.cjs', 'backend', 'jobs', 'scripts'],
      ...(existsSync(inProject('frontend/src')) ? ['frontend/src'] : []),
    ],
  }),
  existsSync(inProject('scripts/generate.ts')) && {
    title: 'generated files',
    run: checkGenerated,
  },
  runner(
    'specs',
    'vitest.json',
    [bin('vitest'), 'run', ...vitestReport(`--outputFile.json=${join(reports, 'vitest.json')}`)],
    countVitest,
  ),
  hasAngularTests() &&
    runner(
      'specs of the client',
      'angular.json',
      [
        ...[process.execPath, angularCli(), 'test'],
        ...['--watch=false', '--reporters=json', `--output-file=${join(reports, 'angular.json')}`],
      ],
      countVitest,
    ),
  existsSync(inProject('playwright.config.ts')) &&
    runner(
      'end to end',
      'playwright.json',
      [bin('playwright'), 'test', '--reporter=list,json'],
      countPlaywright,
    ),
];

const total = { passed: 0, failed: 0 };
for (const step of steps) {
  if (!step) continue;
  const started = performance.now();
  console.log(`\n== ${step.title}`);
  const count = await step.run();
  total.passed += count.passed;
  total.failed += count.failed;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const verdict = count.failed === 0 ? 'ok' : 'FAILED';
  console.log(
    `== ${step.title}: ${verdict}, ${count.passed} passed, ${count.failed} failed, ${seconds} s`,
  );
}
rmSync(reports, { recursive: true, force: true });
process.exitCode = total.failed === 0 ? 0 : 1;
console.log(`\n${total.passed} passed, ${total.failed} failed`);
