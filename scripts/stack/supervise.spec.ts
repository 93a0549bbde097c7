// Supervision of real child processes: restarts, order, deadlines.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { identify } from './process-identity';
import { RotatingLog } from './rotating-log';
import { type ChildSpec, leftOver, Supervisor } from './supervise';

let dataDir: string;
let supervisor: Supervisor;
let delays: number[];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'verity-supervise-'));
  delays = [];
  supervisor = new Supervisor(dataDir, {
    restarting: (_name, _reason, delayMs) => delays.push(delayMs),
  });
});

afterEach(async () => {
  await supervisor.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

function shell(name: string, script: string, more: Partial<ChildSpec> = {}): ChildSpec {
  const ready = () => Promise.resolve(true);
  return { name, command: '/bin/sh', args: ['-c', script], ready, ...more };
}

it('waits longer before each restart of a child that keeps dying', async () => {
  const marker = join(dataDir, 'started');
  const script = `[ -e ${marker} ] && exit 3; touch ${marker}; sleep 0.2; exit 3`;
  await supervisor.start(
    shell('dying', script, { ready: () => Promise.resolve(existsSync(marker)) }),
  );
  await expect.poll(() => delays.length).toBeGreaterThanOrEqual(4);
  expect(delays.slice(0, 4)).toEqual([100, 200, 400, 800]);
});

it('says what a child said last when it does not come up', async () => {
  const never = { ready: () => Promise.resolve(false) };
  const start = supervisor.start(shell('broken', 'echo no such thing >&2; exit 1', never));
  await expect(start).rejects.toThrow('broken exited while starting; it last said:\nno such thing');
});

it('stops children in the reverse order of their start', async () => {
  const order = join(dataDir, 'order');
  const script = (name: string) =>
    `trap 'echo ${name} >> ${order}; exit 0' TERM; while :; do sleep 0.05; done`;
  const up = (name: string) => supervisor.start(shell(name, script(name)));
  await up('first');
  await up('second');
  await new Promise((resolve) => setTimeout(resolve, 100));
  await supervisor.stop();
  expect(readFileSync(order, 'utf8')).toBe('second\nfirst\n');
});

it('kills a child that ignores SIGTERM, with everything it has started', async () => {
  const [child] = await supervisor.start(
    shell('deaf', `trap '' TERM; sleep 300 & echo $!; wait; sleep 300`, { stopDeadlineMs: 300 }),
  );
  const log = join(dataDir, 'logs/deaf.log');
  await expect.poll(() => readFileSync(log, 'utf8')).toMatch(/^\d+\n/);
  const grandchild = Number(readFileSync(log, 'utf8'));
  const pid = child?.pid as number;
  expect(identify(grandchild)).toBeDefined();
  await supervisor.stop();
  expect(identify(pid)).toBeUndefined();
  await expect.poll(() => identify(grandchild)).toBeUndefined();
});

it('leaves no pid file behind, and finds children by theirs while they run', async () => {
  const [child] = await supervisor.start(shell('steady', 'exec sleep 300'));
  expect(leftOver(dataDir)).toMatchObject([{ name: 'steady', pid: child?.pid }]);
  await supervisor.stop();
  expect(leftOver(dataDir)).toEqual([]);
});

it('keeps a log within its bounds, the oldest lines gone first', () => {
  const path = join(dataDir, 'bounded.log');
  const log = new RotatingLog(path, { maxBytes: 10, keep: 1 });
  for (const line of ['one 1234\n', 'two 1234\n', 'six 1234\n']) log.write(Buffer.from(line));
  log.close();
  expect(readFileSync(`${path}.1`, 'utf8')).toBe('two 1234\n');
  expect(readFileSync(path, 'utf8')).toBe('six 1234\n');
});
