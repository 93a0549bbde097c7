// What the terminal shows while the platform starts and runs: numbered steps, and errors only.
import type { Progress } from './platform';
import type { SupervisorEvents } from './supervise';

/** Steps go to standard error: standard output belongs to results. */
export function terminalProgress(write = (text: string) => process.stderr.write(text)): Progress {
  let number = 0;
  return {
    step(title) {
      const started = performance.now();
      write(`[${++number}] ${title} …\n`);
      return (outcome) => {
        const seconds = ((performance.now() - started) / 1000).toFixed(1);
        write(`[${number}] ${title}: ${outcome ?? 'ok'} (${seconds} s)\n`);
      };
    },
    note: (line) => write(`    ${line}\n`),
  };
}

/** pino's levels, as numbers or by name. */
const ERROR_LEVELS = new Set<unknown>([50, 60, 'error', 'fatal']);

/** Shows restarts, and the lines of a log that a human must act on. */
export function terminalEvents(
  write = (text: string) => process.stderr.write(text),
): SupervisorEvents {
  const rests = new Map<string, string>();
  return {
    restarting: (name, reason, delayMs) =>
      write(`${name} ended (${reason}); starting it again in ${delayMs / 1000} s\n`),
    output(name, chunk) {
      const lines = ((rests.get(name) ?? '') + chunk.toString()).split('\n');
      rests.set(name, (lines.pop() ?? '').slice(-65_536));
      for (const line of lines) {
        const error = errorIn(line);
        if (error) write(`${name}: ${error}\n`);
      }
    },
  };
}

function errorIn(line: string): string | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const entry = JSON.parse(line) as { level?: unknown; msg?: string; err?: { message?: string } };
    if (!ERROR_LEVELS.has(entry.level)) return undefined;
    return [entry.msg, entry.err?.message].filter(Boolean).join(': ');
  } catch {
    return undefined; // Not one of our log lines; it is in the log file all the same.
  }
}
