// docs/guide/integrate.md, its commands run as they stand in one shell, as a developer would: only ports and a password differ.
import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { projectRoot } from '../bundle.mjs';
import { makeFirstAdmin } from '../faults/people';
import { until } from '../faults/until';
import { bundleSdk } from '../sdk/build-sdk';
import { freePort } from '../stack/free-port';
import { startPlatform, type Platform } from '../stack/platform';
import { codeBlocks } from './code-blocks';

const guide = readFileSync(join(projectRoot, 'docs/guide/integrate.md'), 'utf8');
const home = mkdtempSync(join(tmpdir(), 'verity-guide-'));
/** What the guide names, and what stands for it here. */
const instead = new Map<string, string>();
let platform: Platform;
let shell: ChildProcess | undefined;
let said = '';

const adapted = (text: string): string =>
  [...instead].reduce((done, [given, here]) => done.replaceAll(given, here), text);

beforeAll(async () => {
  const port = await freePort();
  // The first block of the guide, in this process: the SDK, and a platform of its own.
  await bundleSdk();
  platform = await startPlatform({
    dataDir: join(home, 'data'),
    port,
    client: false,
    env: {
      REDIS_URL: undefined,
      MONGODB_URL: undefined,
      LOG_LEVEL: 'warn',
      WEBHOOKS_TO_PRIVATE: 'allow',
    },
  });
  const admin = await makeFirstAdmin(platform.url, join(home, 'data'));
  instead.set('admin@demo.verity.local', admin.email);
  instead.set('the password of the Demo Admin', admin.password);
  instead.set('localhost:5000', `localhost:${port}`);
  for (const named of ['8080', '8081', '8082']) instead.set(named, String(await freePort()));
  cpSync(join(projectRoot, 'docs/examples'), join(home, 'docs/examples'), { recursive: true });
  const conf = join(home, 'docs/examples/behind-proxy/nginx.conf');
  writeFileSync(conf, adapted(readFileSync(conf, 'utf8')));
  for (const part of ['dist', 'node_modules']) {
    symlinkSync(join(projectRoot, part), join(home, part));
  }
}, 180_000);

afterAll(async () => {
  // The shell leads a group of its own: shop, site and nginx end with it.
  if (shell?.pid) process.kill(-shell.pid, 'SIGTERM');
  await platform?.stop();
  rmSync(home, { recursive: true, force: true });
}, 60_000);

it('works word by word: both samples run, and the shop hears its webhook', async () => {
  const [start, ...blocks] = codeBlocks(guide).filter(({ language }) => language === 'sh');
  expect(start?.text).toBe('npm run build\nWEBHOOKS_TO_PRIVATE=allow npm run demo');
  const commands = blocks.map(({ text, line }) => `echo "== line ${line}"\n${adapted(text)}\necho`);
  const script = ['set -euo pipefail', ...commands, 'echo "== done"', 'wait'].join('\n');
  shell = spawn('bash', ['-c', script], { cwd: home, detached: true });
  for (const stream of [shell.stdout, shell.stderr]) {
    stream?.on('data', (part: Buffer) => (said += part.toString()));
  }
  const ended = new Promise<never>((_resolve, reject) => {
    shell?.once('exit', (code) => reject(new Error(`the guide ended with ${code}:\n${said}`)));
  });
  await Promise.race([
    ended,
    until('the end of the guide', () => said.includes('== done'), 60_000),
  ]);

  expect(said).toContain('"effect":"allow"');
  expect(said).toContain('"state":"logged_out"');
  await until('the webhook', () => said.includes('webhook webhook.test'));
  const shop = await fetch(`http://localhost:${instead.get('8082')}/`);
  expect(await shop.text()).toContain('Sign in to the shop');
  const site = await until('the site', () =>
    fetch(`http://localhost:${instead.get('8080')}/reports`, { redirect: 'manual' }),
  );
  expect([site.status, site.headers.get('location')]).toEqual([
    302,
    expect.stringContaining('/.verity/start?to=%2Freports'),
  ]);
}, 120_000);
