// A shared account: two people are told apart, and a window is judged by whom it resembles more.
import { describe, expect, it } from 'vitest';
import { Fault } from '@verity/protocol/faults';
import { normalDraw, seededRandom } from '../kernel/maths';
import type { ModelKind, ModelTask, ReadyModel } from './model-kind';
import { parseShared, storedState, trainShared } from './shared-model';
import { twoMeans } from './two-means';
import { typingKind } from './typing-kind';

const random = seededRandom(7);
const person = (middle: number, count: number): Float64Array[] =>
  Array.from({ length: count }, () =>
    Float64Array.from({ length: 6 }, () => middle + 0.3 * normalDraw(random)),
  );

/** A model that says how far a window is from the mean of its own. */
const kind: ModelKind = {
  source: 'keystroke',
  windows: { first: 6, needed: 12, most: 400, every: 100 },
  train: ({ windows, version }) =>
    JSON.stringify({
      version,
      windows: windows.length,
      mean: windows.reduce((sum, [first = 0]) => sum + first, 0) / windows.length,
    }),
  parse(artefact): ReadyModel {
    const { version, windows, mean } = JSON.parse(artefact) as Record<string, number>;
    if (mean === undefined) throw new Error('no model');
    return {
      modality: 'keystroke',
      version: version!,
      windows: windows!,
      trainedAt: new Date(0),
      state: windows! >= 12 ? 'ready' : 'learning',
      weigh: ([first = 0]) => ({ weight: Math.abs(first - mean), value: `near ${mean}` }),
    };
  },
};
const task = (windows: Float64Array[]): ModelTask => ({
  modality: 'keystroke',
  windows,
  version: 3,
  now: new Date(0),
});

describe('an account of two people', () => {
  it('is split where the people differ, whatever the order', () => {
    const windows = [...person(0, 20), ...person(4, 15)];
    const groups = twoMeans(windows);
    expect(new Set(groups.slice(0, 20)).size).toBe(1);
    expect(new Set(groups.slice(20)).size).toBe(1);
    expect(groups[0]).not.toBe(groups[20]);
    expect(twoMeans(windows)).toEqual(groups);
  });

  it('weighs a window by the milder of the two models', () => {
    const model = parseShared(kind, trainShared(kind, task([...person(0, 20), ...person(4, 15)])));
    expect(model).toMatchObject({ version: 3, windows: 35, state: 'ready' });
    expect(model.weigh(Float64Array.of(0)).weight).toBeLessThan(0.3);
    expect(model.weigh(Float64Array.of(4)).weight).toBeLessThan(0.3);
    expect(model.weigh(Float64Array.of(9)).weight).toBeGreaterThan(4);
    // What it weakens: between the two nobody is strange.
    expect(model.weigh(Float64Array.of(2)).weight).toBeLessThan(2.3);
  });

  it('has one model while the second person is hardly there', () => {
    const model = parseShared(kind, trainShared(kind, task([...person(0, 20), ...person(4, 3)])));
    expect(model.windows).toBe(23);
  });

  it('bears windows that all are the same, or lack a feature', () => {
    const same = Array.from({ length: 8 }, () => Float64Array.of(1, Number.NaN));
    expect(twoMeans(same)).toHaveLength(8);
    expect(twoMeans([])).toEqual([]);
  });

  it('does not read half an artefact', () => {
    const whole = trainShared(kind, task([...person(0, 20), ...person(4, 15)]));
    expect(() => parseShared(kind, whole.slice(0, -20))).toThrow();
    expect(() => parseShared(kind, '{"format":"verity-shared","models":[]}')).toThrow();
    for (const half of [whole.slice(0, -20), whole.slice(0, 30), '{"format":"verity-shared"}']) {
      expect(() => parseShared(typingKind, half)).toThrow(Fault);
      expect(storedState(typingKind, half)).toBe('learning');
    }
    expect(storedState(kind, whole)).toBe('ready');
  });
});
