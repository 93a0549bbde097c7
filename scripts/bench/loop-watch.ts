// Loaded before a program (node --import): writes how late its event loop is and how much memory it holds, each half second.
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

export interface LoopReport {
  /** Delays of the event loop since the last SIGUSR2, milliseconds, less the step of the clock that measures. */
  p50: number;
  p99: number;
  max: number;
  /** Most bytes held at a time since the start. */
  peakRssBytes: number;
}

const STEP_MS = 5;
const WRITE_MS = 500;

const { LOOP_WATCH_DIR: dir } = process.env;
if (dir && isMainThread) {
  const delays = monitorEventLoopDelay({ resolution: STEP_MS });
  delays.enable();
  process.on('SIGUSR2', () => delays.reset());
  const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - STEP_MS);
  const file = join(dir, `${process.pid}.json`);
  setInterval(() => {
    const report: LoopReport = {
      p50: late(delays.percentile(50)),
      p99: late(delays.percentile(99)),
      max: late(delays.max),
      // Kilobytes on every system.
      peakRssBytes: process.resourceUsage().maxRSS * 1024,
    };
    // Whole or not at all, for who reads it meanwhile.
    writeFileSync(`${file}.part`, JSON.stringify(report));
    renameSync(`${file}.part`, file);
  }, WRITE_MS).unref();
}
