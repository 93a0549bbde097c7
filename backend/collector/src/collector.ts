// The collector's public face: measures typing and movement in a page and delivers it to Verity.
import { serverClock } from './clock';
import { observe, onLeave } from './dom';
import type { QueueStats } from './queue';
import { createQueue } from './queue';
import { createRecorder } from './recorder';
import type { Transport, TransportState } from './transport';
import { webSocketTransport } from './transport';
import type { Batch, MeasuredBatch } from './wire';
import { randomNonce } from './wire';

export type { Answer, Outcome, QueueStats } from './queue';
export type { PageSocket, Transport, TransportState } from './transport';
export { pageSocketTransport, webSocketTransport } from './transport';
export type { Batch, MeasuredBatch } from './wire';

export type CollectorOptions = (
  | { transport: Transport }
  /** `getToken` answers a fresh access token of the person whose page this is. */
  | { url: string; getToken: () => string | Promise<string> }
) & {
  /** Number of the first batch, where the transport does not know it. */
  nextSeq?: number;
  /** Every batch as it is measured. */
  onBatch?(batch: MeasuredBatch): void;
  onState?(state: TransportState, reason?: string): void;
  /** A batch that the server will never take, and why. */
  onRefused?: (batch: Batch, detail: string) => void;
  document?: Document;
};

export interface Collector {
  /** Stops listening and sending; what was not delivered is given up. */
  stop(): void;
  /** Closes the running second and resolves when everything measured so far is delivered. */
  flush(): Promise<void>;
  stats(): QueueStats & { state: TransportState; droppedEvents: number };
}

export function startCollector(options: CollectorOptions): Collector {
  const page = options.document ?? document;
  const transport = 'transport' in options ? options.transport : webSocketTransport(options);
  const recorder = createRecorder({
    toServerTime: serverClock(
      () => transport.now(),
      () => performance.now(),
    ),
    nonce: randomNonce,
    startMs: performance.now(),
  });
  const queue = createQueue({
    send: (batch) => transport.send(batch),
    now: () => transport.now(),
    nextSeq: () => Math.max(options.nextSeq ?? 0, transport.nextSeq?.() ?? 0),
    onRefused: options.onRefused,
  });
  let state: TransportState = transport.onState ? 'connecting' : 'online';

  function deliver(batch: MeasuredBatch | null): void {
    if (!batch) return;
    options.onBatch?.(batch);
    queue.push(batch);
  }

  const stopObserving = observe(page, (event) => {
    deliver(recorder.advance(event.at));
    recorder.record(event);
  });
  const cutNow = (): void => deliver(recorder.cut(performance.now()));
  const stopWatchingLeave = onLeave(page, cutNow);
  const timer = setInterval(() => deliver(recorder.advance(performance.now())), 1000);

  function stop(): void {
    stopObserving();
    stopWatchingLeave();
    clearInterval(timer);
    queue.stop();
    transport.close?.();
  }

  transport.onState?.((next, reason) => {
    if (next === state) return;
    state = next;
    if (next === 'online') queue.wake();
    options.onState?.(next, reason);
    if (next === 'ended') stop();
  });

  return {
    stop,
    flush() {
      cutNow();
      return queue.idle();
    },
    stats: () => ({ ...queue.stats(), state, droppedEvents: recorder.dropped() }),
  };
}
