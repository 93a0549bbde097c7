// Keeps what a page shows of jobs true: it reads again when the server tells of a change, and by the clock while it cannot.
import {
  DestroyRef,
  Injectable,
  type Signal,
  effect,
  inject,
  signal,
  untracked,
} from '@angular/core';
import type { ServerEventPayload } from '@verity/protocol/events';
import { Realtime } from '../../core/socket';

export type JobsUpdate = ServerEventPayload<'jobs_update'>;
type Moves = JobsUpdate['changed'];

const EVERY_MS = 1_000;
/** Without a live connection. */
const FALLBACK_MS = 3_000;
/** A read that takes long is repeated less often: a tenth of the time at most is spent on it. */
const REST_FACTOR = 10;

export interface Following {
  /** True while a change waits because the rows are held. */
  readonly waits: Signal<boolean>;
  /** Reads now, held or not. */
  now(): void;
}

class Reader implements Following {
  readonly waits = signal(false);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running = false;
  private readyAt = 0;

  constructor(
    private readonly read: () => Promise<void>,
    private readonly everyMs: number,
    private readonly held: () => boolean,
  ) {}

  mark(): void {
    this.waits.set(true);
    this.go();
  }

  go(): void {
    if (!this.waits() || this.running || this.timer || this.held() || document.hidden) return;
    this.timer = setTimeout(
      () => {
        this.timer = undefined;
        if (!this.held()) this.now();
      },
      Math.max(0, this.readyAt - performance.now()),
    );
  }

  now(): void {
    this.stop();
    this.waits.set(false);
    this.running = true;
    const began = performance.now();
    void this.read().finally(() => {
      const ended = performance.now();
      this.readyAt = ended + Math.max(this.everyMs, (ended - began) * REST_FACTOR);
      this.running = false;
      this.go();
    });
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}

@Injectable()
export class LiveJobs {
  /** The last thing that was told. */
  readonly told = signal<JobsUpdate | undefined>(undefined);
  /** Set by who wants to read in peace. */
  readonly paused = signal(false);
  private readonly realtime = inject(Realtime);
  private readonly until = inject(DestroyRef);
  private readonly readers = new Map<Reader, (moves: Moves) => boolean>();

  constructor() {
    this.realtime.join('join_admin_room', { channel: 'jobs' }, undefined, this.until);
    this.realtime.on(
      'jobs_update',
      (update) => {
        if (!this.paused()) this.told.set(update);
        for (const [reader, wants] of this.readers) if (wants(update.changed)) reader.mark();
      },
      this.until,
    );
    effect(() => {
      // After a cut nobody knows what was missed.
      this.realtime.connections();
      this.realtime.missed();
      untracked(() => this.markAll());
    });
    effect(() => {
      if (!this.paused()) untracked(() => this.goAll());
    });
    const fallback = setInterval(() => {
      if (this.realtime.state() !== 'online') this.markAll();
    }, FALLBACK_MS);
    const seen = (): void => this.goAll();
    document.addEventListener('visibilitychange', seen);
    this.until.onDestroy(() => {
      clearInterval(fallback);
      document.removeEventListener('visibilitychange', seen);
    });
  }

  /**
   * Until its caller is destroyed: reads again when jobs move that are wanted, once a second at most, and not while
   * `held`. `anywayMs`: also without a word from the server, for what changes without one.
   */
  follow(
    wants: (moves: Moves) => boolean,
    read: () => Promise<void>,
    { everyMs = EVERY_MS, held = signal(false), anywayMs = 0 }: FollowOptions = {},
  ): Following {
    const until = inject(DestroyRef);
    const reader = new Reader(read, everyMs, () => held() || this.paused());
    this.readers.set(reader, wants);
    until.onDestroy(() => {
      this.readers.delete(reader);
      reader.stop();
    });
    effect(() => {
      if (!held()) untracked(() => reader.go());
    });
    if (anywayMs > 0) {
      const timer = setInterval(() => reader.mark(), anywayMs);
      until.onDestroy(() => clearInterval(timer));
    }
    return reader;
  }

  private markAll(): void {
    for (const reader of this.readers.keys()) reader.mark();
  }

  private goAll(): void {
    for (const reader of this.readers.keys()) reader.go();
  }
}

interface FollowOptions {
  everyMs?: number;
  held?: Signal<boolean>;
  anywayMs?: number;
}
