// Verity watches its own client too: streams the rhythm of the signed-in person over the page's socket.
import { Injectable, effect, inject, signal, untracked } from '@angular/core';
import type { Answer, Batch, Collector, MeasuredBatch } from '@verity/collector/collector';
import { ApiError, type ProblemCode } from './api-error';
import { Identity } from './identity';
import { Realtime } from './socket';

export type { MeasuredBatch };

/** Faults that pass: the collector keeps the batch and sends it again. */
const PASSING: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  'offline',
  'too-fast',
  'back-pressure',
  'unavailable',
  'internal',
  'token-expired',
  'not-signed-in',
]);

@Injectable({ providedIn: 'root' })
export class Telemetry {
  readonly accepted = signal(0);
  readonly refused = signal(0);
  /** Why the newest refused batch was refused. */
  readonly refusal = signal<string | undefined>(undefined);

  private readonly realtime = inject(Realtime);
  private readonly watchers = new Set<(batch: MeasuredBatch) => void>();
  private readonly wakers = new Set<() => void>();
  private collector: Collector | undefined;
  private session: string | undefined;

  constructor() {
    const identity = inject(Identity);
    this.realtime.on('connection_response', ({ session_id, next_seq }) => {
      raiseNextSeq(session_id, next_seq);
      for (const wake of this.wakers) wake();
      if (this.session !== session_id) void this.start(session_id);
    });
    effect(() => {
      if (!identity.signedIn()) untracked(() => this.stop());
    });
  }

  /** Sees every batch as it is measured, e.g. to draw it. */
  watch(see: (batch: MeasuredBatch) => void): () => void {
    this.watchers.add(see);
    return () => void this.watchers.delete(see);
  }

  private async start(session: string): Promise<void> {
    this.stop();
    this.session = session;
    const { startCollector } = await import('@verity/collector/collector');
    if (this.session !== session) return;
    this.collector = startCollector({
      transport: {
        now: () => Date.now() + this.realtime.clockOffsetMs(),
        send: (batch) => this.send(session, batch),
        nextSeq: () => nextSeq(session),
        onState: (tell) => void this.wakers.add(() => tell('online')),
      },
      onBatch: (batch) => {
        for (const see of this.watchers) see(batch);
      },
      onRefused: (_, detail) => {
        this.refused.update((count) => count + 1);
        this.refusal.set(detail);
      },
    });
    for (const wake of this.wakers) wake();
  }

  private async send(session: string, batch: Batch): Promise<Answer> {
    try {
      await this.realtime.send('behavioral_data', batch);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const detail = error.message;
      if (PASSING.has(error.code)) return { outcome: 'retry', detail };
      raiseNextSeq(session, batch.seq + 1);
      return error.code === 'duplicate' ? 'duplicate' : { outcome: 'refused', detail };
    }
    raiseNextSeq(session, batch.seq + 1);
    this.accepted.update((count) => count + 1);
    return 'accepted';
  }

  private stop(): void {
    this.collector?.stop();
    this.collector = undefined;
    this.session = undefined;
    this.wakers.clear();
  }
}

// Tabs of one session share one sequence of numbers, so it lives where all of them see it.
const SEQ_KEY = 'verity.seq';

function nextSeq(session: string): number {
  const [owner, seq] = (localStorage.getItem(SEQ_KEY) ?? '').split(' ');
  return owner === session ? Number(seq) : 0;
}

function raiseNextSeq(session: string, seq: number): void {
  if (seq > nextSeq(session)) localStorage.setItem(SEQ_KEY, `${session} ${seq}`);
}
