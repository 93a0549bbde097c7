// One platform per data directory: a lock file that names the process which holds it.
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { identify, isAlive, type ProcessIdentity } from './process-identity';
import { StackError } from './stack-error';

export function lockPath(dataDir: string): string {
  return join(dataDir, 'verity.lock');
}

/** Who holds the lock, undefined when nobody alive does. */
export function lockHolder(dataDir: string): ProcessIdentity | undefined {
  const holder = readLock(lockPath(dataDir));
  return holder && isAlive(holder) ? holder : undefined;
}

/** Takes the lock or throws; returns what releases it. */
export function lockDirectory(dataDir: string): () => void {
  const path = lockPath(dataDir);
  const mine = identify(process.pid);
  if (!mine) throw new Error('this process cannot find itself in the process table');
  const whole = `${path}.${process.pid}`;
  writeFileSync(whole, JSON.stringify(mine), { mode: 0o600 });
  try {
    while (!linkInto(whole, path)) {
      const holder = lockHolder(dataDir);
      if (holder) {
        throw new StackError(
          `${dataDir} is in use by another Verity, process ${holder.pid}`,
          `stop that one first (kill ${holder.pid}), or give this one a directory of its own: DATA_DIR=./data-2`,
        );
      }
      setAside(path, `${path}.stale.${process.pid}`);
    }
  } finally {
    rmSync(whole, { force: true });
  }
  return () => {
    if (readLock(path)?.pid === process.pid) rmSync(path, { force: true });
  };
}

/** link(2) either makes the name or fails: no two processes win. */
function linkInto(whole: string, path: string): boolean {
  try {
    linkSync(whole, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Removes a stale lock; one that another start has put there in the meantime goes back. */
function setAside(path: string, aside: string): void {
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const holder = readLock(aside);
  if (holder && isAlive(holder)) linkInto(aside, path);
  rmSync(aside, { force: true });
}

function readLock(path: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as ProcessIdentity;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
