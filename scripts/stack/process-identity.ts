// Tells one process from another that later gets the same number: by the time of its start.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque: clock ticks since boot on Linux, a date elsewhere. */
  readonly startTime: string;
}

/** The identity of a running process, undefined when there is none (or only its zombie). */
export function identify(pid: number): ProcessIdentity | undefined {
  try {
    if (existsSync('/proc/self/stat')) {
      // proc(5): the name, in brackets, may hold anything; state is field 3, starttime field 22.
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return fields[0] === 'Z' ? undefined : { pid, startTime: String(fields[19]) };
    }
    const startTime = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    return startTime ? { pid, startTime } : undefined;
  } catch {
    return undefined; // Both ways of asking fail in the same way: there is no such process.
  }
}

export function isAlive({ pid, startTime }: ProcessIdentity): boolean {
  return identify(pid)?.startTime === startTime;
}

/** Signals a process, or its whole group; false when nobody is left to hear it. */
export function signalProcess(
  pid: number,
  signal: NodeJS.Signals,
  to: 'process' | 'group',
): boolean {
  try {
    process.kill(to === 'group' ? -pid : pid, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}
