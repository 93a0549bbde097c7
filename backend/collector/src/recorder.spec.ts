import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BehavioralData } from '@verity/protocol/telemetry/schemas';
import type { InputEvent } from './recorder';
import { createRecorder } from './recorder';
import { randomNonce } from './wire';

const EPOCH = 1_700_000_000_000;

const recorderAt = (startMs = 0, epoch = EPOCH) =>
  createRecorder({ toServerTime: (ms) => epoch + ms, nonce: randomNonce, startMs });

const press = (at: number, key = 'KeyA', repeat = false): InputEvent => ({
  kind: 'key_down',
  at,
  key,
  code: 0,
  repeat,
});
const release = (at: number, key = 'KeyA'): InputEvent => ({ kind: 'key_up', at, key });

test('a keystroke is its code, its press and its hold to a tenth of a millisecond', () => {
  const recorder = recorderAt();
  recorder.record(press(100.123));
  recorder.record(release(180.5));
  expect(recorder.cut(1000)).toMatchObject({ started_at: EPOCH, keystrokes: [[0, 100.1, 80.4]] });
});

test('a second in which nothing happened makes no batch', () => {
  const recorder = recorderAt();
  expect(recorder.advance(5000)).toBeNull();
  expect(recorder.cut(5500)).toBeNull();
});

test('a second is closed when it is over, and the next begins on its boundary', () => {
  const recorder = recorderAt();
  recorder.record({ kind: 'move', at: 300, x: 1, y: 2 });
  expect(recorder.advance(999)).toBeNull();
  expect(recorder.advance(1010)?.started_at).toBe(EPOCH);
  recorder.record({ kind: 'move', at: 1030, x: 3, y: 4 });
  expect(recorder.advance(2500)).toMatchObject({
    started_at: EPOCH + 1000,
    mouseMovements: [[30, 3, 4]],
  });
});

test('a key held across the boundary goes with the batch in which it is released, pressed before its start', () => {
  const recorder = recorderAt();
  recorder.record(press(950));
  expect(recorder.advance(1000)).toBeNull();
  recorder.record(release(1040));
  expect(recorder.advance(2000)).toMatchObject({
    started_at: EPOCH + 1000,
    keystrokes: [[0, -50, 90]],
  });
});

test('what the whole millisecond of the start cuts off stays in the offsets', () => {
  const recorder = recorderAt(0, EPOCH + 0.7);
  recorder.record(press(10));
  recorder.record(release(60));
  expect(recorder.cut(1000)).toMatchObject({ started_at: EPOCH, keystrokes: [[0, 10.7, 50]] });
});

test('overlapping keys are told apart, auto-repeat is ignored, order is that of the presses', () => {
  const recorder = recorderAt();
  recorder.record(press(10, 'KeyA'));
  recorder.record(press(40, 'KeyB'));
  recorder.record(press(45, 'KeyA', true));
  recorder.record(press(46, 'KeyA'));
  recorder.record(release(70, 'KeyB'));
  recorder.record(release(90, 'KeyA'));
  expect(recorder.cut(1000)?.keystrokes).toEqual([
    [0, 10, 80],
    [0, 40, 30],
  ]);
});

test('keys that were down when the page lost the focus are forgotten', () => {
  const recorder = recorderAt();
  recorder.record(press(10));
  recorder.record({ kind: 'focus', at: 20, gained: false });
  recorder.record(release(400));
  expect(recorder.cut(1000)).toMatchObject({ keystrokes: [], focus: [[20, 0]] });
});

test('movements closer than a frame are thinned and none is counted as dropped', () => {
  const recorder = recorderAt();
  for (let at = 0; at < 1000; at += 4) recorder.record({ kind: 'move', at, x: at, y: 0 });
  expect(recorder.cut(1000)?.mouseMovements).toHaveLength(63);
  expect(recorder.dropped()).toBe(0);
});

test('a click carries where it was pressed and how long', () => {
  const recorder = recorderAt();
  recorder.record({ kind: 'button_down', at: 5, x: 10, y: 20, button: 0 });
  recorder.record({ kind: 'button_up', at: 95, button: 0 });
  recorder.record({ kind: 'button_up', at: 99, button: 0 });
  expect(recorder.cut(1000)?.clicks).toEqual([[5, 10, 20, 0, 90]]);
});

test('what does not fit a batch is left out and counted', () => {
  const recorder = recorderAt();
  for (let n = 0; n < 250; n++) {
    recorder.record(press(n, `K${n}`));
    recorder.record(release(n + 1, `K${n}`));
  }
  expect(recorder.cut(1000)?.keystrokes).toHaveLength(200);
  expect(recorder.dropped()).toBe(50);
});

const at = fc.oneof(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), fc.constant(Number.NaN));
const place = fc.double({ min: -1e6, max: 1e6 });
const inputEvent: fc.Arbitrary<InputEvent> = fc.oneof(
  fc.record({
    kind: fc.constant('key_down' as const),
    at,
    key: fc.constantFrom('a', 'b', '__proto__'),
    code: fc.integer({ min: 0, max: 127 }),
    repeat: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('key_up' as const), at, key: fc.constantFrom('a', 'b') }),
  fc.record({ kind: fc.constant('move' as const), at, x: place, y: place }),
  fc.record({
    kind: fc.constant('button_down' as const),
    at,
    x: place,
    y: place,
    button: fc.integer({ min: 0, max: 12 }),
  }),
  fc.record({
    kind: fc.constant('button_up' as const),
    at,
    button: fc.integer({ min: 0, max: 12 }),
  }),
  fc.record({ kind: fc.constant('scroll' as const), at, dx: place, dy: place }),
  fc.record({ kind: fc.constant('focus' as const), at, gained: fc.boolean() }),
  fc.record({
    kind: fc.constant('touch' as const),
    at,
    x: place,
    y: place,
    phase: fc.constantFrom(0 as const, 1 as const, 2 as const),
  }),
);

test('whatever happens in a page, every batch is one that the door takes', () => {
  fc.assert(
    fc.property(fc.array(inputEvent, { maxLength: 300 }), (events) => {
      const recorder = recorderAt();
      const batches = [];
      for (const event of events) {
        batches.push(Number.isFinite(event.at) ? recorder.advance(event.at) : null);
        recorder.record(event);
      }
      batches.push(recorder.cut(2e6));
      for (const batch of batches) {
        if (batch) expect(() => BehavioralData.parse({ seq: 0, ...batch })).not.toThrow();
      }
    }),
  );
});
