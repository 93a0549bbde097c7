// Keeps a program running until Ctrl-C or SIGTERM, then stops it in order; a second signal forces.
import { StackError } from './stack-error';

export interface Stoppable {
  stop(): Promise<void>;
  kill(): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Starts, and ends the process with 0 after an orderly stop, 1 after an error, 130 when forced. */
export async function runUntilStopped(
  start: (signal: AbortSignal) => Promise<Stoppable>,
): Promise<void> {
  let running: Stoppable | undefined;
  let signals = 0;
  const aborted = new AbortController();
  const stopAll = async () => {
    await running?.stop();
    process.exit(0);
  };
  const onSignal = () => {
    signals++;
    if (signals === 1) {
      process.stderr.write('\nstopping …\n');
      if (running) void stopAll();
      else aborted.abort();
    } else {
      running?.kill();
      process.exit(130);
    }
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  try {
    running = await start(aborted.signal);
    if (signals > 0) await stopAll();
  } catch (error) {
    if (aborted.signal.aborted) process.exit(0); // What had been started is stopped by now.
    process.stderr.write(
      error instanceof StackError ? `\n${error.message}\n` : `\n${trace(error)}\n`,
    );
    process.exit(1);
  }
}

function trace(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
