// Specs of people who lack a way of input or use it unusually: what is absent is no evidence, and clocks may jump.
import { describe, expect, it } from 'vitest';
import type { SessionId, UserId } from '@verity/protocol/ids';
import { KEYSTROKE_FEATURES } from '../kernel/keystroke-features';
import { advance, newWindowState, type BehaviourBatch } from '../telemetry/windows';
import { applyFinding, initialRisk, scoreSession } from './score';
import { shippedTyping } from './typing-background';
import { readyTyping, trainTyping } from './typing-model';

const START = 1_700_000_000_000;
const NAVIGATION = 7;
const OTHER = 9;

/** Windows of so many batches, a second each, that say the same again and again. */
function windowsOf(seconds: number, batch: (second: number) => Partial<BehaviourBatch>) {
  let state = newWindowState();
  return Array.from({ length: seconds }, (_, second) => {
    const next = advance(state, {
      started_at: START + second * 1000,
      keystrokes: [],
      mouseMovements: [],
      clicks: [],
      ...batch(second),
    });
    state = next.state;
    return next.windows;
  }).flat();
}

/** Six keys a second; `waver` in ms keeps them from being a machine's. */
const keys =
  (code: number, hold: number, shift = 0) =>
  (second: number): Partial<BehaviourBatch> => ({
    keystrokes: Array.from({ length: 6 }, (_, i): [number, number, number] => [
      code,
      i * 160 + ((second * 7 + i * 13) % 40) + shift,
      hold === 0 ? 0 : hold + ((second * 5 + i * 11) % 20),
    ]),
  });

const modelOf = (windows: readonly { features: Float64Array }[]) =>
  readyTyping(
    trainTyping(
      { windows: windows.map(({ features }) => features), version: 1, now: new Date(0) },
      shippedTyping(),
    ),
    shippedTyping(),
  );

function highestScore(
  learnt: readonly { features: Float64Array }[],
  typed: readonly { features: Float64Array; at: number }[],
): number {
  const model = modelOf(learnt);
  let state = initialRisk('s' as SessionId, 'u' as UserId, new Date(START));
  const scores = typed.map(({ features, at }) => {
    state = applyFinding(state, {
      cause: 'batch',
      observed_at: new Date(at).toISOString(),
      observations: [{ source: 'keystroke', mode: 'add', ...model.weigh(features) }],
    });
    return scoreSession(state, new Date(at)).risk_score;
  });
  return Math.max(0, ...scores);
}

describe('who lacks a way of input', () => {
  it('makes no windows of it, and so no evidence: touch alone, the mouse alone, nothing at all', () => {
    expect(windowsOf(60, () => ({}))).toEqual([]);
    const pointer = windowsOf(60, (second) => ({
      mouseMovements: Array.from({ length: 30 }, (_, i): [number, number, number] => [
        i * 30,
        second + i * 9,
        i * i,
      ]),
    }));
    expect(pointer.some(({ modality }) => modality === 'keystroke')).toBe(false);
    expect(windowsOf(60, keys(0, 90)).some(({ modality }) => modality === 'mouse')).toBe(false);
  });

  it('stays low who types on a screen that gives no hold times, once that is known of them', () => {
    const typing = windowsOf(120, keys(OTHER, 0));
    const hold = KEYSTROKE_FEATURES.findIndex(({ name }) => name === 'hold_rest');
    expect(typing[0]?.features[hold]).toBeNaN();
    expect(highestScore(typing.slice(0, 14), typing.slice(14))).toBeLessThan(30);
  });

  it('stays low who goes through pages by keys with a screen reader', () => {
    const moving = windowsOf(120, keys(NAVIGATION, 70));
    expect(highestScore(moving.slice(0, 14), moving.slice(14))).toBeLessThan(30);
  });
});

describe('unusual times', () => {
  it('of a key that repeats while it is held make one keystroke', () => {
    const held = windowsOf(60, () => ({
      keystrokes: Array.from({ length: 30 }, (_, i): [number, number, number] => [
        NAVIGATION,
        i * 33,
        20,
      ]),
    }));
    expect(held).toEqual([]);
  });

  it('of a clock that jumps an hour, back and forth, raise nothing', () => {
    const typing = windowsOf(120, keys(0, 90));
    let state = newWindowState();
    const jumped = Array.from({ length: 120 }, (_, second) => {
      const jump = second % 30 === 29 ? 3_600_000 : second % 30 === 14 ? -3_600_000 : 0;
      const next = advance(state, {
        started_at: START + second * 1000 + jump,
        mouseMovements: [],
        clicks: [],
        keystrokes: [],
        ...keys(0, 90)(second),
      });
      state = next.state;
      return next.windows;
    }).flat();
    expect(jumped.length).toBeGreaterThan(5);
    const inOrder = jumped.map((window, i) => ({ ...window, at: START + i * 5000 }));
    expect(highestScore(typing.slice(0, 20), inOrder)).toBeLessThan(30);
  });

  it('that are zero, negative, absurd or no number leave the weight finite and bounded', () => {
    const model = modelOf(windowsOf(120, keys(0, 90)).slice(0, 20));
    const times = [0, -1, -600_000, 600_000, 1e300, Number.NaN, Infinity];
    const windows = windowsOf(200, (second) => ({
      keystrokes: times.map((time, i): [number, number, number] => [
        (second + i) % 128,
        time,
        times[(i + second) % times.length]!,
      ]),
    })).filter(({ modality }) => modality === 'keystroke');
    for (const { features } of windows) {
      expect(Math.abs(model.weigh(features).weight)).toBeLessThanOrEqual(2);
    }
  });
});
