// Feeds the collector's own recorder with the input of a typist: as it happens, or a stretch of the past at once.
import { randomNonce } from '@verity/collector/wire';
import type { MeasuredBatch } from '@verity/collector/wire';
import { createRecorder } from '@verity/collector/recorder';
import type { InputEvent } from '@verity/collector/recorder';

/** Input without end, in the order of time; `at` counts milliseconds from the typist's beginning. */
export type Behaviour = Generator<InputEvent, never, void>;

const TICK_MS = 250;

/**
 * Records what the typist does from now on. The typist can be changed while it runs: the keyboard is the same, the
 * hands are not.
 */
export class LiveRecording {
  readonly #recorder;
  readonly #clock: () => number;
  readonly #beganMs: number;
  readonly #deliver: (batch: MeasuredBatch) => void;
  #behaviour: Behaviour;
  #behaviourBeganMs: number;
  #next: InputEvent;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** `serverNow` is the server's time in epoch milliseconds. */
  constructor(
    behaviour: Behaviour,
    serverNow: () => number,
    deliver: (batch: MeasuredBatch) => void,
  ) {
    this.#clock = () => performance.now();
    this.#beganMs = this.#clock();
    const offset = serverNow() - this.#beganMs;
    this.#recorder = createRecorder({
      toServerTime: (ms) => ms + offset,
      nonce: randomNonce,
      startMs: this.#beganMs,
    });
    this.#deliver = deliver;
    this.#behaviour = behaviour;
    this.#behaviourBeganMs = this.#beganMs;
    this.#next = behaviour.next().value;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** Other hands on the same keyboard. */
  takeOver(behaviour: Behaviour): void {
    this.#behaviour = behaviour;
    this.#behaviourBeganMs = this.#clock();
    this.#next = behaviour.next().value;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tick(): void {
    const now = this.#clock();
    for (;;) {
      const at = this.#behaviourBeganMs + this.#next.at;
      if (at > now) break;
      this.#hand(this.#recorder.advance(at));
      this.#recorder.record({ ...this.#next, at });
      this.#next = this.#behaviour.next().value;
    }
    this.#hand(this.#recorder.advance(now));
  }

  #hand(batch: MeasuredBatch | null): void {
    if (batch) this.#deliver(batch);
  }
}

/** The batches of `durationMs` of behaviour that began at `beganAt` (server time, epoch milliseconds). */
export function recordStretch(
  behaviour: Behaviour,
  beganAt: number,
  durationMs: number,
): MeasuredBatch[] {
  const recorder = createRecorder({
    toServerTime: (ms) => beganAt + ms,
    nonce: randomNonce,
    startMs: 0,
  });
  const batches: MeasuredBatch[] = [];
  const keep = (batch: MeasuredBatch | null): void => {
    if (batch) batches.push(batch);
  };
  for (let event = behaviour.next().value; event.at < durationMs; event = behaviour.next().value) {
    keep(recorder.advance(event.at));
    recorder.record(event);
  }
  keep(recorder.cut(durationMs));
  return batches;
}
