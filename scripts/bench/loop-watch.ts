// Loaded before a program (node --import): writes how late its event loop is, what keeps it, and the memory it holds.
import { openSync, readSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

/** Milliseconds. */
export interface Spread {
  p50: number;
  p99: number;
  max: number;
}

/** Since the last SIGUSR2. */
export interface LoopReport {
  /** Delays of the event loop, less the step of the clock that measures: the work of the loop, and waiting for a core. */
  late: Spread;
  /** The loop's own processor time between two looks: what the program itself keeps it with. Linux alone. */
  kept: Spread | null;
  /** Most bytes held at a time since the start. */
  peakRssBytes: number;
}

const STEP_MS = 5;
const WRITE_MS = 500;

const { LOOP_WATCH_DIR: dir } = process.env;
if (dir && isMainThread) watch(join(dir, `${process.pid}.json`));

function watch(file: string): void {
  const delays = monitorEventLoopDelay({ resolution: STEP_MS });
  delays.enable();
  const kept = createHistogram();
  const clock = mainThreadClock();
  process.on('SIGUSR2', () => {
    delays.reset();
    kept.reset();
  });
  let last = clock?.();
  setInterval(() => {
    const now = clock?.();
    if (now === undefined || last === undefined) return;
    // A histogram begins at 1.
    kept.record(Math.max(1, now - last));
    last = now;
  }, STEP_MS).unref();
  setInterval(() => {
    const report: LoopReport = {
      late: spreadOf(delays, STEP_MS),
      kept: clock ? spreadOf(kept, 0) : null,
      // Kilobytes on every system.
      peakRssBytes: process.resourceUsage().maxRSS * 1024,
    };
    // Whole or not at all, for who reads it meanwhile.
    writeFileSync(`${file}.part`, JSON.stringify(report));
    renameSync(`${file}.part`, file);
  }, WRITE_MS).unref();
}

function spreadOf(
  histogram: { percentile(share: number): number; max: number },
  less: number,
): Spread {
  const ms = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - less);
  const { max } = histogram;
  return { p50: ms(histogram.percentile(50)), p99: ms(histogram.percentile(99)), max: ms(max) };
}

/** Nanoseconds that the main thread has had a core (proc(5), schedstat: its first number, as of the last timer tick). */
function mainThreadClock(): (() => number) | null {
  if (process.platform !== 'linux') return null;
  const file = openSync(`/proc/self/task/${process.pid}/schedstat`, 'r');
  const text = Buffer.alloc(64);
  return () => Number(text.toString('latin1', 0, readSync(file, text, 0, 64, 0)).split(' ', 1)[0]);
}
