// The state that an ordered stage keeps of each session: in memory for speed, in Redis for truth.
//
// What a batch changes is written by the bus in one step with its acknowledgement. Memory follows only when that step
// has surely happened: when the next batch lies behind it. A batch that failed or comes again, or a lease that was lost
// in between, empties the memory, and every session is read from Redis again.
import type { Delivered, Effects } from '@verity/domain/bus/ports';
import type { StreamName } from '@verity/protocol/streams';
import type { StageState } from './ports';

export interface MemoryOptions<T> {
  state: StageState;
  key(id: string): string;
  /** Null when what is stored is of no use any more. */
  parse(json: string): T | null;
  serialise(value: T): string;
  /** Sessions kept in memory; the one unused for longest goes first. */
  limit: number;
  ttlSeconds: number;
}

export class SessionMemory<T> {
  private readonly settled = new Map<string, T | null>();
  private readonly changed = new Map<string, T | null>();
  /** Aborted when the lease under which the batch before was handled is lost. */
  private tenure: AbortSignal | undefined;
  /** The last entry of the batch before. */
  private reached = '';
  /** Whether the batch before was handled to its end, and as a whole. */
  private sound = true;
  /** A message that is tried again may be given up after, and nobody says so. */
  private alone = false;

  constructor(private readonly options: MemoryOptions<T>) {}

  /** Begins a batch: settles or forgets the one before, and brings the state of `ids` into memory. */
  async begin(
    messages: readonly Pick<Delivered<StreamName>, 'entryId' | 'retry_count'>[],
    ids: Iterable<string>,
    tenure: AbortSignal,
  ): Promise<void> {
    const first = messages[0]?.entryId ?? '';
    const again = compareEntries(first, this.reached) <= 0;
    if (again || !this.sound || this.tenure?.aborted) this.settled.clear();
    else for (const [id, value] of this.changed) this.keep(id, value);
    this.changed.clear();
    this.sound = false;
    this.alone = messages.some((message) => message.retry_count > 0);
    this.tenure = tenure;
    this.reached = messages.at(-1)?.entryId ?? '';
    const missing: string[] = [];
    const needed = new Set(ids);
    for (const id of needed) {
      const value = this.settled.get(id);
      if (value === undefined) missing.push(id);
      else this.keep(id, value);
    }
    if (missing.length > 0) {
      const found = await this.options.state.read(missing.map((id) => this.options.key(id)));
      missing.forEach((id, index) => {
        const json = found[index];
        this.keep(id, json ? this.options.parse(json) : null);
      });
    }
    // What this batch needs is the newest, and so the last that the limit drops.
    this.trim(Math.max(this.options.limit, needed.size));
  }

  get(id: string): T | null {
    const changed = this.changed.get(id);
    return changed === undefined ? (this.settled.get(id) ?? null) : changed;
  }

  set(id: string, value: T | null): void {
    this.changed.set(id, value);
  }

  /** Ends the batch: what it has changed, to be written with its acknowledgement. */
  effects(): NonNullable<Effects['state']> {
    this.sound = !this.alone;
    return Array.from(this.changed, ([id, value]) => ({
      key: this.options.key(id),
      value: value === null ? null : this.options.serialise(value),
      ttlSeconds: this.options.ttlSeconds,
    }));
  }

  private keep(id: string, value: T | null): void {
    this.settled.delete(id);
    this.settled.set(id, value);
  }

  private trim(limit: number): void {
    for (const id of this.settled.keys()) {
      if (this.settled.size <= limit) break;
      this.settled.delete(id);
    }
  }
}

/** Order of two stream entry ids, `milliseconds-sequence`; the empty one comes before all. */
export function compareEntries(a: string, b: string): number {
  if (a === b) return 0;
  if (a === '' || b === '') return a === '' ? -1 : 1;
  const [aMs = 0, aSeq = 0] = a.split('-', 2).map(Number);
  const [bMs = 0, bSeq = 0] = b.split('-', 2).map(Number);
  return aMs - bMs || aSeq - bSeq;
}
