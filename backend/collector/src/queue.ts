// Keeps batches until the server has them: in order, one on its way at a time, the same number and nonce on every attempt.
import { backOffMs, jitter } from './back-off';
import type { Batch, MeasuredBatch } from './wire';
import { BATCHES_PER_SECOND, LIMITS } from './wire';

/**
 * accepted: durable at the server. duplicate: it was there already. refused: it will never be taken.
 * retry: not now (offline, too fast, back-pressure); the batch is kept.
 */
export type Outcome = 'accepted' | 'duplicate' | 'refused' | 'retry';
/** An outcome, with what is known beyond it. */
export type Answer = Outcome | { outcome: Outcome; detail?: string; retryAfterMs?: number };

export interface QueueOptions {
  send: (batch: Batch) => Promise<Answer>;
  /** Server time, epoch milliseconds. */
  now: () => number;
  /** Least number that the server will take for the session's next batch. */
  nextSeq?: () => number;
  /** A batch that the server will never take, and why. */
  onRefused?: ((batch: Batch, detail: string) => void) | undefined;
  /** Batches kept at most; the oldest is given up first. The default is ten minutes' worth. */
  capacity?: number;
  /** Waits, but not past `signal`. */
  sleep?: ((ms: number, signal: AbortSignal) => Promise<void>) | undefined;
  random?: () => number;
}

export interface QueueStats {
  queued: number;
  accepted: number;
  duplicate: number;
  refused: number;
  /** Given up: too old, or more than the queue keeps. */
  expired: number;
}

export interface Queue {
  push(batch: MeasuredBatch): void;
  /** Tries again now, without waiting for the back-off: the connection is back. */
  wake(): void;
  /** Resolves when nothing is kept any more, or the queue was stopped. */
  idle(): Promise<void>;
  stop(): void;
  stats(): QueueStats;
}

export function createQueue(options: QueueOptions): Queue {
  const { send, now, nextSeq = () => 0, onRefused, random = jitter } = options;
  const { capacity = LIMITS.lateMs / 1000, sleep = sleepUnlessAborted } = options;
  const waiting: MeasuredBatch[] = [];
  const counts = { accepted: 0, duplicate: 0, refused: 0, expired: 0 };
  const idleListeners: (() => void)[] = [];
  let onItsWay: Batch | null = null;
  let ownNextSeq = 0;
  let running = false;
  let stopped = false;
  let pause = new AbortController();

  /** The batch to send: the one whose fate is unknown, else the oldest, numbered now. */
  function next(): Batch | null {
    const oldest = now() - LIMITS.lateMs;
    if (onItsWay && onItsWay.started_at < oldest) {
      onItsWay = null;
      counts.expired += 1;
    }
    while (waiting[0] && waiting[0].started_at < oldest) {
      waiting.shift();
      counts.expired += 1;
    }
    if (!onItsWay && waiting[0]) {
      const seq = Math.max(ownNextSeq, nextSeq());
      ownNextSeq = seq + 1;
      onItsWay = { seq, ...waiting.shift()! };
    }
    return onItsWay;
  }

  async function pump(): Promise<void> {
    let attempt = 0;
    for (let batch = next(); batch && !stopped; batch = next()) {
      const answer = await send(batch).catch((error: unknown): Answer => ({
        outcome: 'retry',
        detail: String(error),
      }));
      const {
        outcome,
        detail = '',
        retryAfterMs,
      } = typeof answer === 'string' ? { outcome: answer } : answer;
      if (stopped) return;
      if (outcome === 'retry') {
        await pauseFor(retryAfterMs ?? backOffMs(attempt, random));
        attempt += 1;
        continue;
      }
      attempt = 0;
      onItsWay = null;
      counts[outcome] += 1;
      if (outcome === 'refused') onRefused?.(batch, detail);
      if (waiting.length > 0) await pauseFor(1000 / BATCHES_PER_SECOND);
    }
  }

  async function pauseFor(ms: number): Promise<void> {
    pause = new AbortController();
    await sleep(ms, pause.signal);
  }

  async function run(): Promise<void> {
    if (running || stopped) return;
    running = true;
    try {
      await pump();
    } finally {
      running = false;
      // Pushed between the last look and here.
      if (waiting.length > 0 && !stopped) void run();
      else settleIdle();
    }
  }

  function settleIdle(): void {
    for (const resolve of idleListeners.splice(0)) resolve();
  }

  return {
    push(batch) {
      if (stopped) return;
      waiting.push(batch);
      while (waiting.length > capacity) {
        waiting.shift();
        counts.expired += 1;
      }
      void run();
    },
    wake() {
      pause.abort();
      void run();
    },
    idle() {
      if (!running) return Promise.resolve();
      return new Promise((resolve) => idleListeners.push(resolve));
    },
    stop() {
      stopped = true;
      waiting.length = 0;
      onItsWay = null;
      pause.abort();
      settleIdle();
    },
    stats: () => ({ ...counts, queued: waiting.length + (onItsWay ? 1 : 0) }),
  };
}

function sleepUnlessAborted(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
