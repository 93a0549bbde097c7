// One writer per log: a lock of the kernel on a file of its directory, which ends with the process however it ends.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '@verity/protocol/faults';

export interface LogLock {
  /** Aborted with `conflict` when the lock was lost. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/** Takes the lock at once. Throws `conflict` when another process holds it, `unavailable` where flock(1) is missing. */
export async function lockLog(directory: string): Promise<LogLock> {
  mkdirSync(directory, { recursive: true });
  // flock(1) holds the lock for as long as `cat` runs, and `cat` ends with our end of its input: with this process.
  const args = ['--exclusive', '--nonblock', '--no-fork', join(directory, 'writer.lock'), 'cat'];
  const holder = spawn('flock', args, { stdio: ['pipe', 'pipe', 'ignore'] });
  // A holder that is gone is heard of by its exit.
  holder.stdin.on('error', () => undefined);
  const ended = new Promise<unknown>((resolve) => {
    holder.once('error', resolve);
    holder.once('exit', resolve);
  });
  holder.stdin.write('.');
  const why = await Promise.race([once(holder.stdout, 'data').then(() => null), ended]);
  if (why instanceof Error) {
    throw new Fault('unavailable', 'flock(1) is missing: the audit log has no lock.', {
      fix: 'Install util-linux.',
      cause: why,
    });
  }
  if (why !== null) {
    throw new Fault('conflict', 'Another process writes to this log.', {
      fix: 'Let that one write, or stop it.',
    });
  }
  let released = false;
  const losing = new AbortController();
  void ended.then(() => {
    if (released) return;
    losing.abort(
      new Fault('conflict', 'The lock of the audit log was lost.', { fix: 'Open it again.' }),
    );
  });
  return {
    lost: losing.signal,
    async release() {
      released = true;
      holder.stdin.end();
      await ended;
    },
  };
}
