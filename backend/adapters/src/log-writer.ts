// Who writes the log: opens it under its lock when there is something to write, and gives it up when there is nothing.
import { MerkleLog, type LogKeys } from '@verity/domain/audit/log';
import { Fault } from '@verity/protocol/faults';
import { logFiles } from './log-files';
import { lockLog, type LogLock } from './log-lock';

/** Without work for so long, another process may take over. */
const IDLE_MS = 1_000;

export interface LogWriter<S> {
  /**
   * Runs one piece of work at a time over the open log. When it fails, the log is read anew before the next. Throws
   * `unavailable` while another process writes, or while the log cannot be trusted.
   */
  use<T>(work: (log: MerkleLog, state: S) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

interface Opened<S> {
  readonly log: MerkleLog;
  readonly lock: LogLock;
  readonly state: S;
}

/** `prepare` sees the log each time that it is opened; what it answers is handed to the work. */
export function createLogWriter<S>(
  directory: string,
  keys: LogKeys,
  prepare: (log: MerkleLog) => Promise<S>,
): LogWriter<S> {
  let opened: Opened<S> | undefined;
  let idle: NodeJS.Timeout | undefined;
  let working: Promise<unknown> = Promise.resolve();

  const open = async (): Promise<Opened<S>> => {
    const lock = await lockLog(directory);
    try {
      const log = await MerkleLog.open(logFiles(directory), keys);
      return { log, lock, state: await prepare(log) };
    } catch (error) {
      await lock.release();
      throw error;
    }
  };

  const giveUp = async (): Promise<void> => {
    const { lock } = opened ?? {};
    opened = undefined;
    await lock?.release();
  };

  const one = async <T>(work: (log: MerkleLog, state: S) => Promise<T>): Promise<T> => {
    clearTimeout(idle);
    try {
      if (opened?.lock.lost.aborted) await giveUp();
      opened ??= await open();
      return await work(opened.log, opened.state);
    } catch (error) {
      await giveUp();
      throw waiting(error);
    } finally {
      idle = setTimeout(() => void next(giveUp), IDLE_MS).unref();
    }
  };

  const next = <T>(step: () => Promise<T>): Promise<T> => {
    const done = working.then(step);
    working = Promise.allSettled([done]);
    return done;
  };

  return {
    use: (work) => next(() => one(work)),
    close() {
      clearTimeout(idle);
      return next(async () => {
        clearTimeout(idle);
        await giveUp();
      });
    },
  };
}

/** A log that another process writes, or that cannot be trusted, is no fault of what should be written: that waits. */
function waiting(error: unknown): unknown {
  if (!(error instanceof Fault) || (error.code !== 'conflict' && error.code !== 'internal')) {
    return error;
  }
  return new Fault('unavailable', error.message, { fix: error.fix, cause: error });
}
