// The console of jobs on the terminal, as it is typed: what does not fit is refused with a reason and a way out.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RUNGS_MS } from '@verity/domain/jobs/retry';
import { openJobWorld, type JobWorld } from '@verity/jobs/spec-world';
import { TASKS } from '@verity/jobs/tasks/index';
import { newId } from '@verity/adapters/world';
import { bundle } from './bundle.mjs';

let program: string;
let world: JobWorld;
let folder: string;
beforeAll(async () => {
  program = await bundle('scripts/jobs.ts');
  folder = mkdtempSync(join(tmpdir(), 'verity-jobs-cli-'));
  world = await openJobWorld(TASKS, { rungsMs: RUNGS_MS });
}, 60_000);
afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

/** `npm run jobs -- …` */
async function jobs(...args: string[]) {
  const child = spawn(process.execPath, [program, ...args], {
    env: { PATH: process.env.PATH, ...world.env, DATA_DIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, ...said };
}

it('runs a task, and cancels it while it waits, but not twice', async () => {
  const run = await jobs('run', 'cleanup_cache');
  expect(run).toMatchObject({ code: 0 });
  const id = run.out.trim();
  expect(await jobs('cancel', id)).toMatchObject({ code: 0, out: 'cancelled\n' });
  const again = await jobs('cancel', id);
  expect(again).toMatchObject({ code: 1, out: '' });
  expect(again.err).toContain('The job has ended: cancelled.');
  expect(again.err).toContain('Fix: ');
}, 90_000);

it('says which payload does not fit, and why', async () => {
  const nope = await jobs('run', 'nope');
  expect(nope.code).toBe(1);
  expect(nope.err).toMatch(/There is no task "nope".*\n.*\nFix: Take one of: .*cleanup_cache/);

  const broken = await jobs('run', 'check_session_risk', '{session_id: 1}');
  expect(broken.code).toBe(1);
  expect(broken.err).toMatch(/The payload is not JSON: .*\nFix: Quote it for the shell/);

  const misfit = await jobs('run', 'check_session_risk', '{"session_id": "x"}');
  expect(misfit.code).toBe(1);
  expect(misfit.err).toMatch(
    /does not fit the task check_session_risk.\n {2}\/payload\/session_id /,
  );
}, 90_000);

it('takes a payload from a file, of a megabyte at most', async () => {
  const file = join(folder, 'payload.json');
  writeFileSync(file, JSON.stringify({ session_id: 'x'.repeat(10_000_000) }));
  const large = await jobs('run', 'check_session_risk', `@${file}`);
  expect(large.code).toBe(1);
  expect(large.err).toMatch(
    /The payload has 100000\d\d bytes; a job carries 1000000 at most.\nFix: /,
  );
  const missing = await jobs('run', 'check_session_risk', `@${file}.gone`);
  expect(missing.err).toMatch(/The file of the payload cannot be read: ENOENT.*\nFix: /);
}, 90_000);

it('knows what is not the id of a job, not a queue, not a schedule', async () => {
  const unknown = await jobs('cancel', newId());
  expect(unknown.code).toBe(1);
  expect(unknown.err).toMatch(/There is no such job.*\nFix: Look at the id/);
  expect((await jobs('retry', 'latest')).err).toMatch(/"latest" is not the id of a job.\nFix: /);
  expect((await jobs('pause', 'queue')).err).toMatch(
    /There is no queue "queue".\nFix: Take one of/,
  );
  const cron = await jobs('schedule', 'cleanup_cache', '61 * * * *');
  expect(cron.code).toBe(1);
  expect(cron.err).toMatch(/(cannot be read as a cron expression|has no schedule)/);
  expect(await jobs('dance')).toMatchObject({ code: 2, out: '' });
}, 90_000);
