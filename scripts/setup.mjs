// Makes sure that Node is new enough and that the packages of package-lock.json are installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const marker = join(modules, '.verity-lock-hash');
const OLDEST = [20, 19];

export function ensureNode(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return;
  console.error(
    `Verity needs Node ${OLDEST.join('.')} or newer; this is ${version}.\n` +
      'Fix: install Node 20, 22 or 24 (https://nodejs.org), then run the command again.',
  );
  process.exit(1);
}

/** Installs with `npm ci` when packages are missing or the lock has changed since. */
export function ensureDependencies() {
  const lock = join(root, 'package-lock.json');
  if (!existsSync(lock)) {
    if (existsSync(join(modules, '.package-lock.json'))) return;
    console.error('package-lock.json is missing.\nFix: git checkout package-lock.json');
    process.exit(1);
  }
  const text = readFileSync(lock, 'utf8');
  const hash = createHash('sha256').update(text).digest('hex');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === hash) return;
  if (!installedAs(JSON.parse(text))) install();
  writeFileSync(marker, hash);
}

/** Whether npm's own record of node_modules has every package that the lock demands. */
function installedAs(lock) {
  const record = join(modules, '.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages;
  return Object.entries(lock.packages).every(
    ([path, wanted]) =>
      !path.includes('node_modules/') ||
      (installed[path] ? installed[path].version === wanted.version : wanted.optional === true),
  );
}

function install() {
  const started = performance.now();
  console.error('Installing packages (npm ci, a minute or two) …');
  // Errors alone: that packages below the IPFS node would like a newer Node is nothing to act on.
  const { status, signal } = spawnSync(
    'npm',
    ['ci', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      cwd: root,
      // Progress belongs to the terminal; standard output may be somebody's JSON.
      stdio: ['ignore', 2, 2],
      env: { ...process.env, PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1', NG_CLI_ANALYTICS: 'false' },
    },
  );
  if (status !== 0) {
    console.error(
      `npm ci failed (${signal ?? `exit code ${status}`}).\n` +
        'Fix: check that the npm registry answers (npm ping), then run the command again.',
    );
    process.exit(1);
  }
  console.error(`Packages installed in ${Math.round((performance.now() - started) / 1000)} s`);
}

export function setUp() {
  ensureNode();
  ensureDependencies();
}
