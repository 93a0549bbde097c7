// What every bench needs: medians and ranges, sides in processes of their own, a private Redis.
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Redis } from 'ioredis';
import { connectRedis } from '@verity/adapters/redis/connect';
import { bundle } from '../bundle.mjs';
import { freePort } from '../stack/free-port';
import { findProgram } from '../stack/program';

export type BenchOptions = Record<string, string | boolean | undefined>;
/** Answers with the bench's own keys. Throws Misfit when an option or an input does not fit. */
export type Bench = (
  options: BenchOptions,
  say: (progress: string) => void,
) => Promise<Record<string, unknown>>;

/** Something that the caller gave does not fit; its message says what and how to mend it. */
export class Misfit extends Error {}

/** A whole number among the options. Throws Misfit. */
export function countOption(
  options: BenchOptions,
  name: string,
  otherwise: number,
  least = 1,
): number {
  const given = options[name];
  if (given === undefined) return otherwise;
  const count = Number(given);
  if (!Number.isInteger(count) || count < least) {
    throw new Misfit(`--${name} must be a whole number, ${least} or more.`);
  }
  return count;
}

const ascending = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);

export function median(values: readonly number[]): number {
  const sorted = ascending(values);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Nearest rank: the smallest value that at least `share` (0 to 1) of all do not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = ascending(values);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}

export const range = (values: readonly number[]): { min: number; max: number } => ({
  min: Math.min(...values),
  max: Math.max(...values),
});

/** Milliseconds since the epoch with microseconds, comparable between processes of one machine. */
export const nowMs = (): number => performance.timeOrigin + performance.now();

/** Seconds of CPU that this process has used, in user and system. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Seconds of CPU that a process group has used since its start, by the kernel's ticks of 10 ms; NaN where there is no /proc. */
export function groupCpuSeconds(group: number | undefined): number {
  if (group === undefined || !existsSync('/proc/self/stat')) return NaN;
  let ticks = 0;
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    // The name of the program, in brackets, may hold anything; fields are counted after it (proc(5)).
    const fields = readStat(name)?.split(') ').at(-1)?.split(' ') ?? [];
    if (Number(fields[2]) === group) ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks / 100;
}

function readStat(pid: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null; // It has ended meanwhile.
  }
}

export interface PrivateRedis {
  url: string;
  version: string;
  client: Redis;
  /** Seconds of CPU that the server has used. */
  cpuSeconds(): Promise<number>;
  stop(): Promise<void>;
}

/** A Redis of the bench's own: loopback, free port, append-only file in a directory that is removed. */
export async function startPrivateRedis(appendfsync: 'always' | 'everysec'): Promise<PrivateRedis> {
  const program = findProgram('redis-server');
  if (!program) throw new Misfit('redis-server is not on the PATH: apt-get install redis-server');
  const dir = mkdtempSync(join(tmpdir(), 'verity-bench-redis-'));
  const port = await freePort();
  const settings = {
    port: `${port}`,
    bind: '127.0.0.1',
    dir,
    appendonly: 'yes',
    appendfsync,
    save: '',
  };
  const server = spawn(
    program,
    Object.entries(settings).flatMap(([key, value]) => [`--${key}`, value]),
    {
      stdio: 'ignore',
    },
  );
  const url = `redis://127.0.0.1:${port}/0`;
  const log = { info: () => undefined, warn: () => undefined, error: console.error };
  const connections = connectRedis({ url, name: 'bench', log });
  await connections.ready();
  const client = connections.commands;
  const info = async (section: string, key: string): Promise<string> =>
    new RegExp(`^${key}:(\\S+)`, 'm').exec(await client.info(section))?.[1] ?? '';
  return {
    url,
    version: await info('server', 'redis_version'),
    client,
    async cpuSeconds() {
      return Number(await info('cpu', 'used_cpu_user')) + Number(await info('cpu', 'used_cpu_sys'));
    },
    async stop() {
      connections.close();
      server.kill('SIGTERM');
      await once(server, 'exit');
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export interface Side<Result> {
  /** Lets it begin; resolves with what it reports at its end. */
  go(): Promise<Result>;
}

/**
 * Starts one side of a bench in a process of its own; resolves when it is ready. The side calls `runSide`.
 */
export async function startSide<Result>(entry: string, task: unknown): Promise<Side<Result>> {
  const child = fork(await bundle(entry), [JSON.stringify(task)]);
  await report(child);
  return {
    async go() {
      const ended = report<Result>(child);
      child.send('go');
      const result = await ended;
      child.disconnect();
      return result;
    },
  };
}

function report<Result>(child: ChildProcess): Promise<Result> {
  return new Promise((resolve, reject) => {
    const died = (code: number | null): void =>
      reject(new Error(`a side of the bench died (${code})`));
    child.once('exit', died);
    child.once('message', (message) => {
      child.off('exit', died);
      resolve(message as Result);
    });
  });
}

/** The other end of `startSide`: prepares, says that it is ready, runs when told so, and reports. */
export async function runSide<Task, Result>(
  prepare: (task: Task) => Promise<() => Promise<Result>>,
): Promise<void> {
  const run = await prepare(JSON.parse(process.argv[2] ?? 'null') as Task);
  const told = once(process, 'message');
  process.send?.('ready');
  await told;
  process.send?.(await run(), () => process.exit(0));
}
