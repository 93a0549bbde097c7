// Specs of the windows: what is cut where, what is measured, and that nothing absurd breaks it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FIXED_TEXT_BASE } from '@verity/protocol/telemetry/schemas';
import { FEATURES, type BehaviourWindow, type FeatureModality } from '../kernel/behaviour-features';
import { KEYSTROKES_PER_WINDOW } from './keystroke-measures';
import { LONG_SILENCE_MS } from './keystroke-window';
import { advance, newWindowState, type BehaviourBatch, type WindowState } from './windows';

const START = 1_700_000_000_000;
const batchOf = (part: Partial<BehaviourBatch>): BehaviourBatch => ({
  started_at: START,
  keystrokes: [],
  mouseMovements: [],
  clicks: [],
  ...part,
});
/** Keys 100 ms apart, held for 80 ms. */
const evenKeys = (count: number, code = (_: number): number => 0): [number, number, number][] =>
  Array.from({ length: count }, (_, i) => [code(i), i * 100, 80]);
const feature = (features: Float64Array, name: string): number => {
  const at = FEATURES.keystroke.findIndex((f) => f.name === name);
  return features[at < 0 ? Number.NaN : at] as number;
};
const mouseFeature = (features: Float64Array, name: string): number =>
  features[FEATURES.mouse.findIndex((f) => f.name === name)] as number;

describe('keystroke windows', () => {
  it('closes with the 26th keystroke and opens the next with it', () => {
    const { state, windows } = advance(newWindowState(), batchOf({ keystrokes: evenKeys(27) }));
    expect(windows).toHaveLength(1);
    expect(windows[0]?.at).toBe(START + 2500);
    expect(state.keys).toEqual([0, 0, 80, 0, 100, 80]);
  });

  it('measures holds, steps and gaps in their units', () => {
    const keys = evenKeys(KEYSTROKES_PER_WINDOW, (i) => i % 2);
    const [window] = advance(newWindowState(), batchOf({ keystrokes: keys })).windows;
    const of = (name: string): number => feature(window!.features, name);
    expect(of('hold_left')).toBeCloseTo(Math.log(80), 12);
    expect(of('dd_left_right')).toBeCloseTo(Math.log(100), 12);
    expect(of('ud_right_left')).toBeCloseTo(Math.asinh(20 / 50), 12);
    expect(of('dd_left_left')).toBeNaN();
    expect(of('hold_space')).toBeNaN();
    expect(of('overlap_share')).toBe(0);
    expect(of('correction_share')).toBe(0);
    expect(of('pace')).toBeCloseTo(Math.log(100), 12);
    expect(of('n_left_right')).toBe(13);
    expect(of('n_left_left')).toBe(0);
  });

  it('gives the same windows however the keystrokes are spread over batches', () => {
    const keys = evenKeys(120, (i) => (i * 7) % 10);
    const whole = advance(newWindowState(), batchOf({ keystrokes: keys })).windows;
    let state = newWindowState();
    const parts = [0, 1, 2, 3].flatMap((part) => {
      const slice = keys.slice(part * 30, part * 30 + 30);
      const step = advance(
        state,
        batchOf({
          started_at: START + part * 3000,
          keystrokes: slice.map(([key, down, hold]) => [key, down - part * 3000, hold]),
        }),
      );
      state = step.state;
      return step.windows;
    });
    expect(parts).toEqual(whole);
  });

  it('puts keys in the order of their presses when they come in the order of their releases', () => {
    const straight = evenKeys(26, (i) => i % 3);
    const swapped = straight.slice();
    for (let i = 0; i + 1 < 25; i += 5) {
      [swapped[i], swapped[i + 1]] = [swapped[i + 1]!, swapped[i]!];
    }
    expect(advance(newWindowState(), batchOf({ keystrokes: swapped })).windows).toEqual(
      advance(newWindowState(), batchOf({ keystrokes: straight })).windows,
    );
  });

  it('counts a held delete key once', () => {
    const repeats = Array.from({ length: 40 }, (_, i): [number, number, number] => [5, i * 33, 20]);
    const { state, windows } = advance(newWindowState(), batchOf({ keystrokes: repeats }));
    expect(windows).toHaveLength(0);
    expect(state.keys).toEqual([5, 0, 39 * 33 + 20]);
  });

  it('takes a pause as a break of the rhythm, and a long silence as the end of the window', () => {
    const keys = evenKeys(26).map(([key, down, hold], i): [number, number, number] => [
      key,
      down + (i >= 13 ? 4000 : 0),
      hold,
    ]);
    const [window] = advance(newWindowState(), batchOf({ keystrokes: keys })).windows;
    expect(feature(window!.features, 'dd_left_left')).toBeCloseTo(Math.log(100), 12);
    expect(feature(window!.features, 'pause_share')).toBeCloseTo(1 / 25, 12);

    const { state } = advance(newWindowState(), batchOf({ keystrokes: evenKeys(20) }));
    const later = advance(
      state,
      batchOf({ started_at: START + LONG_SILENCE_MS + 5000, keystrokes: evenKeys(20) }),
    );
    expect(later.windows).toHaveLength(0);
    expect(later.state.keys).toHaveLength(60);
  });

  it('leaves the keys of a fixed text to the repetitions of it: a key is evidence once', () => {
    const free = evenKeys(20);
    const fixed = evenKeys(26, (i) => FIXED_TEXT_BASE + i).map(
      ([key, down, hold]): [number, number, number] => [key, down + 2_000, hold],
    );
    const more = evenKeys(20).map(([key, down, hold]): [number, number, number] => [
      key,
      down + 6_000,
      hold,
    ]);
    const { windows } = advance(
      newWindowState(),
      batchOf({ keystrokes: [...free, ...fixed, ...more] }),
    );
    expect(windows.map(({ modality }) => modality)).toEqual(['keystroke', 'phrase:0.26.0']);
    const without = advance(newWindowState(), batchOf({ keystrokes: [...free, ...more] }));
    expect(windows[0]).toEqual(without.windows[0]);
  });
});

describe('mouse windows', () => {
  type Move = [number, number, number];
  const line = (points: number, from = 0, stepMs = 40): Move[] =>
    Array.from({ length: points }, (_, i) => [from + i * stepMs, i * 20, 0]);
  const of = (window: BehaviourWindow | undefined, name: string): number =>
    mouseFeature(window!.features, name);

  it('measures an even straight movement, which a rest of a second ends', () => {
    const first = advance(newWindowState(), batchOf({ mouseMovements: line(20) }));
    expect(first.windows).toHaveLength(0);
    const [window] = advance(first.state, batchOf({ mouseMovements: [[3000, 0, 0]] })).windows;
    expect(of(window, 'kind')).toBe(0);
    expect(of(window, 'time')).toBeCloseTo(Math.log(19 * 40), 9);
    expect(of(window, 'way')).toBeCloseTo(Math.log(19 * 20), 9);
    expect(of(window, 'speed')).toBeCloseTo(Math.log(500), 9);
    expect(of(window, 'speed_spread')).toBeCloseTo(0, 6);
    expect(of(window, 'straightness')).toBe(1);
    expect(of(window, 'heading_x')).toBe(1);
    expect(of(window, 'turn')).toBe(0);
    expect(of(window, 'bow')).toBe(0);
    expect(of(window, 'axis_share')).toBe(1);
    expect(of(window, 'pause')).toBeNaN();
    expect(of(window, 'click_hold')).toBeNaN();
  });

  it('ends a movement with the click that it leads to', () => {
    const { windows } = advance(
      newWindowState(),
      batchOf({
        mouseMovements: [...line(10), ...line(10, 700)],
        clicks: [
          [460, 180, 0, 0, 80],
          [1260, 180, 0, 0, 90],
        ],
      }),
    );
    expect(windows.map((window) => of(window, 'kind'))).toEqual([1, 1]);
    expect(of(windows[0], 'settle')).toBeCloseTo(Math.log(100), 9);
    expect(of(windows[0], 'click_hold')).toBeCloseTo(Math.log(80), 9);
    expect(of(windows[0], 'click_gap')).toBeNaN();
    expect(of(windows[1], 'click_gap')).toBeCloseTo(Math.log(1260 - 540), 9);
    expect(of(windows[1], 'pause')).toBeCloseTo(Math.log(700 - 540), 9);
  });

  it('takes a click without a movement as an action of its own', () => {
    const { windows } = advance(newWindowState(), batchOf({ clicks: [[10, 5, 5, 0, 80]] }));
    expect(windows).toHaveLength(1);
    expect(of(windows[0], 'click_hold')).toBeCloseTo(Math.log(80), 9);
    expect(of(windows[0], 'speed')).toBeNaN();
  });

  it('measures a drag apart from the movement to it', () => {
    const { windows } = advance(
      newWindowState(),
      batchOf({
        mouseMovements: [...line(10), ...line(10, 400)],
        clicks: [[380, 180, 0, 0, 420]],
      }),
    );
    expect(windows.map((window) => of(window, 'kind'))).toEqual([1, 2]);
  });

  it('takes a drag over several batches for one, though its press is told at its end', () => {
    const first = advance(newWindowState(), batchOf({ mouseMovements: line(20, 200) }));
    const second = advance(
      first.state,
      batchOf({
        started_at: START + 1000,
        mouseMovements: line(10, 0),
        clicks: [[-900, 0, 0, 0, 1500]],
      }),
    );
    expect(second.windows.map((window) => of(window, 'kind'))).toEqual([2]);
  });

  it('ends a movement that never rests after ten seconds', () => {
    const { windows } = advance(newWindowState(), batchOf({ mouseMovements: line(600) }));
    expect(windows).toHaveLength(2);
  });

  it('begins anew where the pointer jumps, where the clock does, and where the state is of another version', () => {
    const jump = advance(
      newWindowState(),
      batchOf({ mouseMovements: [...line(10), [400, 65_535, 65_535], [3000, 0, 0]] }),
    );
    expect(jump.windows).toHaveLength(0);
    const before = advance(newWindowState(), batchOf({ mouseMovements: line(20) })).state;
    const back = advance(
      before,
      batchOf({ started_at: START - 60_000, mouseMovements: [...line(20), [3000, 0, 0]] }),
    );
    expect(back.windows).toHaveLength(1);
    expect(back.windows[0]!.at).toBe(START - 60_000 + 19 * 40);
    const old = advance(
      { ...newWindowState(), mouse: new Array<number>(34).fill(7) },
      batchOf({ mouseMovements: [...line(20), [3000, 0, 0]] }),
    );
    expect(old.windows).toHaveLength(1);
  });

  it('gives the same actions however the movements are spread over batches', () => {
    const moves = [...line(20), ...line(20, 2500), ...line(5, 5000)];
    const whole = advance(newWindowState(), batchOf({ mouseMovements: moves })).windows;
    let state = newWindowState();
    const parts = moves.flatMap(([ms, x, y]) => {
      const step = advance(state, batchOf({ started_at: START + ms, mouseMovements: [[0, x, y]] }));
      state = step.state;
      return step.windows;
    });
    expect(whole).toHaveLength(2);
    expect(parts).toEqual(whole);
  });
});

describe('any input', () => {
  const wild = fc.oneof(
    fc.double({ min: -600_000, max: 600_000, noNaN: true }),
    fc.constantFrom(0, -0, 1, NaN, Infinity, -Infinity, 1e308),
  );
  const batch = fc.record({
    started_at: fc.oneof(
      fc.integer({ min: START, max: START + 60_000 }),
      fc.integer({ min: 0, max: 2 ** 52 }),
    ),
    keystrokes: fc.array(
      fc.tuple(fc.integer({ min: 0, max: 127 }), wild, fc.oneof(wild, fc.nat(300))),
      { maxLength: 80 },
    ),
    mouseMovements: fc.array(fc.tuple(wild, wild, wild), { maxLength: 200 }),
    clicks: fc.array(fc.tuple(wild, wild, wild, fc.nat(8), wild), { maxLength: 10 }),
  });

  it('never throws, gives no infinite feature, and keeps the state small, whole and JSON', () => {
    fc.assert(
      fc.property(fc.array(batch, { maxLength: 8 }), (batches) => {
        let state: WindowState = newWindowState();
        for (const one of batches) {
          const before = JSON.stringify(state);
          const step = advance(state, one);
          expect(JSON.stringify(state)).toBe(before);
          for (const { features, modality } of step.windows) {
            expect(features).toHaveLength(FEATURES[modality as FeatureModality].length);
            for (const x of features) expect(x === Infinity || x === -Infinity).toBe(false);
          }
          const text = JSON.stringify(step.state);
          expect(text).not.toContain('null');
          expect(text.length).toBeLessThan(2000);
          state = JSON.parse(text) as WindowState;
        }
      }),
      { numRuns: 150 },
    );
  });
});
