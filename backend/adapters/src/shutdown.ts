// Orderly end of a process: stop intake, drain, flush, close, under one deadline. A second signal forces.
import type { Log } from './log';

/** In this order; the closers of one group run side by side. */
export const SHUTDOWN_ORDER = ['intake', 'drain', 'flush', 'close'] as const;
export type ShutdownGroup = (typeof SHUTDOWN_ORDER)[number];

export interface Shutdown {
  /** Runs `closer` in its group when the process ends. */
  on(group: ShutdownGroup, name: string, closer: () => Promise<void> | void): void;
  /** Aborted as soon as the end begins. */
  readonly signal: AbortSignal;
  /** Ends now; the same promise however often it is called. */
  end(reason: string): Promise<void>;
}

export function createShutdown(log: Log, deadlineMs = 20_000): Shutdown {
  const closers: { group: ShutdownGroup; name: string; closer: () => Promise<void> | void }[] = [];
  const abort = new AbortController();
  let ending: Promise<void> | undefined;

  const run = async (reason: string): Promise<void> => {
    log.info({ reason }, 'shutting down');
    abort.abort(new Error(reason));
    const deadline = setTimeout(() => {
      log.error({ deadlineMs }, 'shutdown took too long');
      process.exit(1);
    }, deadlineMs);
    deadline.unref();
    for (const group of SHUTDOWN_ORDER) {
      const mine = closers.filter((entry) => entry.group === group);
      const results = await Promise.allSettled(mine.map(async (entry) => entry.closer()));
      results.forEach((result, index) => {
        if (result.status === 'rejected') {
          log.error(
            { part: mine[index]?.name, err: result.reason as Error },
            'a part did not close',
          );
        }
      });
    }
    clearTimeout(deadline);
    log.info('shut down');
  };

  return {
    on: (group, name, closer) => void closers.push({ group, name, closer }),
    signal: abort.signal,
    end: (reason) => (ending ??= run(reason)),
  };
}

/** SIGINT and SIGTERM end the process in order; a second signal forces it. */
export function endOnSignals(shutdown: Shutdown): void {
  let signals = 0;
  const onSignal = (signal: NodeJS.Signals): void => {
    signals += 1;
    if (signals > 1) process.exit(130);
    void shutdown.end(signal).then(() => process.exit(0));
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
}
