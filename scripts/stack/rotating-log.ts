// A log file of bounded size: `name.log`, `name.log.1` … the oldest falls off.
import { closeSync, existsSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';

export interface LogBounds {
  readonly maxBytes: number;
  /** Older files kept beside the current one. */
  readonly keep: number;
}

export class RotatingLog {
  #file: number;
  #bytes: number;

  constructor(
    readonly path: string,
    private readonly bounds: LogBounds = { maxBytes: 10 * 1024 * 1024, keep: 3 },
  ) {
    this.#file = openSync(path, 'a', 0o600);
    this.#bytes = fstatSync(this.#file).size;
  }

  write(chunk: Buffer): void {
    if (this.#bytes > 0 && this.#bytes + chunk.length > this.bounds.maxBytes) this.#rotate();
    try {
      this.#bytes += writeSync(this.#file, chunk);
    } catch (error) {
      // A full disk costs log lines, never the supervisor.
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }

  close(): void {
    closeSync(this.#file);
  }

  #rotate(): void {
    closeSync(this.#file);
    for (let age = this.bounds.keep; age >= 1; age--) {
      const younger = age === 1 ? this.path : `${this.path}.${age - 1}`;
      if (existsSync(younger)) renameSync(younger, `${this.path}.${age}`);
    }
    this.#file = openSync(this.path, 'a', 0o600);
    this.#bytes = 0;
  }
}
