// Turns input events into batches of one second. Pure: times, server clock and nonces come in.
import type { Batch, MeasuredBatch } from './wire';
import { LIMITS } from './wire';

/** A normalised input event; `at` is monotonic, in milliseconds. `key` pairs down with up and never leaves. */
export type InputEvent =
  | { kind: 'key_down'; at: number; key: string; code: number; repeat: boolean }
  | { kind: 'key_up'; at: number; key: string }
  | { kind: 'move'; at: number; x: number; y: number }
  | { kind: 'button_down'; at: number; x: number; y: number; button: number }
  | { kind: 'button_up'; at: number; button: number }
  | { kind: 'scroll'; at: number; dx: number; dy: number }
  | { kind: 'focus'; at: number; gained: boolean }
  | { kind: 'touch'; at: number; x: number; y: number; phase: 0 | 1 | 2 };

export interface RecorderOptions {
  /** Server time in epoch milliseconds of a monotonic instant. */
  toServerTime: (monotonicMs: number) => number;
  nonce: () => string;
  /** Monotonic instant at which recording begins. */
  startMs: number;
}

export interface Recorder {
  record(event: InputEvent): void;
  /** Closes the running second when it is over at `atMs`; null when it is not, or was empty. */
  advance(atMs: number): MeasuredBatch | null;
  /** Closes the running second now; null when nothing happened. */
  cut(atMs: number): MeasuredBatch | null;
  /** Events left out so far because a batch was full or a time or place was out of bounds. */
  dropped(): number;
}

const BATCH_MS = 1000;
/** Movements closer together than this are thinned: a frame at 60 Hz. */
const MOVEMENT_GAP_MS = 16;
const LONGEST_HOLD_MS = 60_000;
const LONGEST_CLICK_MS = 600_000;
const FARTHEST_PX = 100_000;

type Lists = Pick<
  Batch,
  'keystrokes' | 'mouseMovements' | 'clicks' | 'scrolls' | 'focus' | 'touches'
>;

const emptyLists = (): Lists => ({
  keystrokes: [],
  mouseMovements: [],
  clicks: [],
  scrolls: [],
  focus: [],
  touches: [],
});

const tenths = (value: number): number => Math.round(value * 10) / 10;

export function createRecorder({ toServerTime, nonce, startMs }: RecorderOptions): Recorder {
  const keysDown = new Map<string, { at: number; code: number }>();
  const buttonsDown = new Map<number, { at: number; x: number; y: number }>();
  let windowStartMs = startMs;
  let lists = emptyLists();
  let dropped = 0;
  let lastMoveMs = -Infinity;
  let lastTouchMs = -Infinity;

  /** Whether the second's list has room; counts what does not fit. Times in the lists stay monotonic until the cut. */
  function add<K extends keyof Lists>(list: K, entry: Lists[K][number], ...places: number[]): void {
    const fits =
      lists[list].length < LIMITS[list] &&
      places.every((place) => Math.abs(place) <= FARTHEST_PX) &&
      entry.every(Number.isFinite);
    if (fits) (lists[list] as Lists[K][number][]).push(entry);
    else dropped += 1;
  }

  function record(event: InputEvent): void {
    switch (event.kind) {
      case 'key_down':
        // Auto-repeat says how long the key was held, which the release says anyway.
        if (!event.repeat && !keysDown.has(event.key)) {
          keysDown.set(event.key, { at: event.at, code: event.code });
        }
        return;
      case 'key_up': {
        const down = keysDown.get(event.key);
        if (!down) return;
        keysDown.delete(event.key);
        const hold = event.at - down.at;
        if (hold < 0 || hold > LONGEST_HOLD_MS) dropped += 1;
        else add('keystrokes', [down.code, down.at, tenths(hold)]);
        return;
      }
      case 'move':
        if (event.at - lastMoveMs < MOVEMENT_GAP_MS) return;
        lastMoveMs = event.at;
        add('mouseMovements', [event.at, tenths(event.x), tenths(event.y)], event.x, event.y);
        return;
      case 'button_down':
        buttonsDown.set(event.button, { at: event.at, x: event.x, y: event.y });
        return;
      case 'button_up': {
        const down = buttonsDown.get(event.button);
        if (!down) return;
        buttonsDown.delete(event.button);
        const hold = event.at - down.at;
        if (hold < 0 || hold > LONGEST_CLICK_MS || event.button > 8) dropped += 1;
        else {
          const { at, x, y } = down;
          add('clicks', [at, tenths(x), tenths(y), event.button, tenths(hold)], x, y);
        }
        return;
      }
      case 'scroll':
        add('scrolls', [event.at, tenths(event.dx), tenths(event.dy)], event.dx, event.dy);
        return;
      case 'focus':
        // Releases that happen elsewhere are never seen: what was down is forgotten.
        if (!event.gained) {
          keysDown.clear();
          buttonsDown.clear();
        }
        add('focus', [event.at, event.gained ? 1 : 0]);
        return;
      case 'touch':
        if (event.phase === 1 && event.at - lastTouchMs < MOVEMENT_GAP_MS) return;
        lastTouchMs = event.at;
        add('touches', [event.at, tenths(event.x), tenths(event.y), event.phase], event.x, event.y);
        return;
    }
  }

  function take(): MeasuredBatch | null {
    const measured = lists;
    if (Object.values(measured).every((list: unknown[]) => list.length === 0)) return null;
    lists = emptyLists();
    const startMs = toServerTime(windowStartMs);
    const startedAt = Math.floor(startMs);
    // What the whole millisecond cuts off goes into the offsets, so that times stay comparable across batches.
    const zeroMs = windowStartMs - (startMs - startedAt);
    const offset = (at: number): number => tenths(at - zeroMs);
    const inReach = ([at]: readonly [number, ...unknown[]]): boolean => {
      const reached = Math.abs(at) <= LIMITS.lateMs;
      if (!reached) dropped += 1;
      return reached;
    };
    const shift = <T extends [number, ...number[]]>(list: T[]): T[] =>
      list.map(([at, ...rest]) => [offset(at), ...rest] as T).filter(inReach);
    return {
      nonce: nonce(),
      started_at: startedAt,
      keystrokes: measured.keystrokes
        .map(([code, at, hold]) => [code, offset(at), hold] as [number, number, number])
        .filter(([, at]) => inReach([at]))
        // Sent when released, read in the order of the presses.
        .sort((a, b) => a[1] - b[1]),
      mouseMovements: shift(measured.mouseMovements),
      clicks: shift(measured.clicks).sort((a, b) => a[0] - b[0]),
      scrolls: shift(measured.scrolls),
      focus: shift(measured.focus),
      touches: shift(measured.touches),
    };
  }

  return {
    record,
    dropped: () => dropped,
    advance(atMs) {
      const elapsed = atMs - windowStartMs;
      if (elapsed < BATCH_MS) return null;
      const batch = take();
      windowStartMs = atMs - (elapsed % BATCH_MS);
      return batch;
    },
    cut(atMs) {
      const batch = take();
      windowStartMs = Math.max(windowStartMs, atMs);
      return batch;
    },
  };
}
