// A worker process that is told to end: it finishes what it can, gives the rest back, and a second signal ends it at once.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { RUNGS_MS } from '@verity/domain/jobs/retry';
import { openJobWorld, type JobWorld } from '@verity/jobs/spec-world';
import { bundle } from '../bundle.mjs';
import { linger } from '../testing/linger';
import { until } from './until';

const ran: number[] = [];
let program: string;
let world: JobWorld;
let child: ChildProcess;
let said = '';

beforeAll(async () => {
  program = await bundle('scripts/testing/jobs-process.ts');
  // The same ladder as in the process: queues of one name must agree.
  world = await openJobWorld([linger((number) => void ran.push(number))], { rungsMs: RUNGS_MS });
}, 60_000);
afterEach(async () => {
  child.kill('SIGKILL');
  await world.calm();
});
afterAll(() => world.close());

async function start(): Promise<void> {
  said = '';
  child = spawn(process.execPath, ['--enable-source-maps', program], {
    env: { PATH: process.env.PATH, ...world.env, JOB_CONCURRENCY: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await until('the worker', () => said.includes('ready'), 60_000);
}
const add = (number: number, holdMs: number) =>
  world.enqueuer.enqueueUnchecked('linger', { number, holdMs });

it('finishes what runs at SIGTERM, and gives back what has not begun', async () => {
  await start();
  const first = await add(1, 1_500);
  await until('the first job', () => said.includes('began 1'), 30_000);
  const second = await add(2, 0);
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await gone).toEqual([0, null]);
  expect(await world.until(first, 'succeeded')).toMatchObject({ result: { number: 1 } });
  expect(said).not.toContain('began 2');

  await world.worker();
  await world.until(second, 'succeeded');
  expect(ran).toEqual([2]);
}, 90_000);

it('ends at once at a second signal, and its job is with the broker again', async () => {
  await start();
  await add(3, 50_000);
  await until('the job', () => said.includes('began 3'), 30_000);
  const gone = once(child, 'exit');
  const at = performance.now();
  child.kill('SIGTERM');
  setTimeout(() => child.kill('SIGTERM'), 300);
  expect(await gone).toEqual([130, null]);
  expect(performance.now() - at).toBeLessThan(5_000);
  await expect.poll(async () => (await world.broker.depth('default')).messages).toBe(1);
}, 90_000);
