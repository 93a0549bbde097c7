// A log file of bounded size: `name.log`, `name.log.1` … the oldest falls off.
import { createWriteStream, existsSync, renameSync, statSync, type WriteStream } from 'node:fs';
import { once } from 'node:events';

export interface LogBounds {
  readonly maxBytes: number;
  /** Older files kept beside the current one. */
  readonly keep: number;
}

export class RotatingLog {
  #stream: WriteStream;
  #bytes: number;

  constructor(
    readonly path: string,
    private readonly bounds: LogBounds = { maxBytes: 10 * 1024 * 1024, keep: 3 },
  ) {
    this.#bytes = existsSync(path) ? statSync(path).size : 0;
    this.#stream = open(path);
  }

  write(chunk: Buffer): void {
    if (this.#bytes > 0 && this.#bytes + chunk.length > this.bounds.maxBytes) this.#rotate();
    this.#bytes += chunk.length;
    this.#stream.write(chunk);
  }

  async close(): Promise<void> {
    this.#stream.end();
    if (!this.#stream.closed) await once(this.#stream, 'close');
  }

  #rotate(): void {
    this.#stream.end();
    for (let age = this.bounds.keep; age >= 1; age--) {
      const younger = age === 1 ? this.path : `${this.path}.${age - 1}`;
      if (existsSync(younger)) renameSync(younger, `${this.path}.${age}`);
    }
    this.#stream = open(this.path);
    this.#bytes = 0;
  }
}

function open(path: string): WriteStream {
  return createWriteStream(path, { flags: 'a', mode: 0o600 });
}
