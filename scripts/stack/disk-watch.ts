// The free space of a disk, for hosts that refuse writes before it ends.
import { statfs } from 'node:fs/promises';

/**
 * Watches the free space under a directory, so that writes end before the disk does: a server that meets a full disk in
 * the middle of one may acknowledge what it cannot keep (the embedded MongoDB engine does).
 */
export class DiskWatch {
  #full: string | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly directory: string,
    private readonly leastFreeBytes: number,
    private readonly changed: (full: string | undefined) => void,
  ) {}

  /** Why writes are refused, undefined while there is room. */
  get full(): string | undefined {
    return this.#full;
  }

  async start(everyMs: number): Promise<void> {
    await this.#look();
    this.#timer = setInterval(() => void this.#look(), everyMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const { bavail, bsize } = await statfs(this.directory);
    const free = bavail * bsize;
    const full =
      free >= this.leastFreeBytes
        ? undefined
        : `the disk of ${this.directory} has less than ${Math.round(this.leastFreeBytes / 1e6)} MB ` +
          'free: writes are refused until there is room again, reads go on';
    if (full === this.#full) return;
    this.#full = full;
    this.changed(full);
  }
}
