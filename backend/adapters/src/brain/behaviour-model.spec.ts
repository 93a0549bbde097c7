// Specs of behaviour models as they are really trained, with brain.js, on the shipped background.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fault } from '@verity/protocol/faults';
import { normalDraw, seededRandom } from '@verity/domain/kernel/maths';
import { backgroundOf } from '@verity/domain/risk/background';
import {
  parseModel,
  trainBehaviourModel,
  weighWindow,
  WINDOWS_NEEDED,
} from '@verity/domain/risk/behaviour-model';
import { trainAutoencoder } from './train-autoencoder';

const background = backgroundOf('keystroke');
const NOW = new Date('2026-03-01T09:00:00.000Z');

/** Windows like those of the background's person at `place`, with fresh noise. */
function windowsLike(place: number, count: number, seed: number): Float64Array[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, i) =>
    (background.windows[place * 16 + (i % 16)] as Float64Array).map(
      (x, f) => x + 0.3 * (background.scale[f] as number) * normalDraw(random),
    ),
  );
}
const train = (count: number, seed = 1) =>
  trainBehaviourModel({
    modality: 'keystroke',
    windows: windowsLike(3, count, seed),
    background,
    version: 2,
    now: NOW,
    trainAutoencoder,
  });
const mean = (xs: number[]): number => xs.reduce((sum, x) => sum + x, 0) / xs.length;

describe('a behaviour model', () => {
  const artefact = train(48);
  const json = JSON.stringify(artefact);
  const model = parseModel(json);

  it('is the same for the same windows, small, and ready', () => {
    expect(JSON.stringify(train(48))).toBe(json);
    expect(json.length).toBeLessThan(50_000);
    expect(model).toMatchObject({ state: 'ready', windows: 48, version: 2, trainedAt: NOW });
  });

  it('weighs own windows for the person and others against', () => {
    const own = windowsLike(3, 32, 7).map((w) => weighWindow(model, w).weight);
    const other = [0, 1, 6, 9, 12].flatMap((place) =>
      windowsLike(place, 16, 7).map((w) => weighWindow(model, w).weight),
    );
    expect(mean(own)).toBeLessThan(-0.5);
    expect(mean(other)).toBeGreaterThan(0.5);
  });

  it('says why in words', () => {
    const slow = windowsLike(3, 1, 8)[0]!.map((x, f) =>
      artefact.features[f]!.startsWith('hold_') ? x + 1 : x,
    );
    expect(weighWindow(model, slow).value).toMatch(/^typing unlike yours: .*longer than you do/);
    expect(weighWindow(model, windowsLike(3, 1, 7)[0]!).value).toBe('typing like yours');
  });

  it('whispers while it learns', () => {
    const learning = train(WINDOWS_NEEDED.keystroke / 2);
    expect(learning.state).toBe('learning');
    const [stranger] = windowsLike(9, 1, 7);
    const whisper = weighWindow(parseModel(JSON.stringify(learning)), stranger!).weight;
    expect(Math.abs(whisper)).toBeLessThanOrEqual(1.6 / 5);
  });

  it('refuses what is truncated, foreign, or of other features', () => {
    const refuses = (text: string): void => {
      expect(() => parseModel(text)).toThrow(Fault);
    };
    fc.assert(
      fc.property(fc.nat(json.length - 1), (at) => refuses(json.slice(0, at))),
      { numRuns: 60 },
    );
    refuses('null');
    refuses('{"format":"verity-behaviour"}');
    refuses(JSON.stringify({ ...artefact, formatVersion: 2 }));
    refuses(JSON.stringify({ ...artefact, modality: 'mouse' }));
    refuses(JSON.stringify({ ...artefact, features: artefact.features.toReversed() }));
    refuses(JSON.stringify({ ...artefact, manhattan: { ...artefact.manhattan, scale: [1] } }));
    refuses(JSON.stringify({ ...artefact, extra: 1 }));
    expect(() => weighWindow(model, new Float64Array(3))).toThrow(/features/);
    expect(() => train(3)).toThrow(/four windows/);
  });

  it('weighs a window within 50 microseconds of processor time', () => {
    const [window] = windowsLike(3, 1, 9);
    const each = 400;
    const rounds = Array.from({ length: 25 }, () => {
      const began = process.cpuUsage();
      for (let i = 0; i < each; i++) weighWindow(model, window!);
      return process.cpuUsage(began).user / each;
    });
    // The fastest round: other work of the machine is not the model's cost.
    expect(Math.min(...rounds)).toBeLessThan(50);
  });
});

describe('training with brain.js', () => {
  it('learns to give a row back, and repeats', () => {
    const rows = Array.from({ length: 30 }, (_, i) => {
      const x = Math.sin(i) / 2;
      return Float64Array.of(x, -x, x / 2);
    });
    const task = { rows, hidden: [2], iterations: 200, learningRate: 0.01 };
    const layers = trainAutoencoder({ ...task, random: seededRandom(4) });
    expect(trainAutoencoder({ ...task, random: seededRandom(4) })).toEqual(layers);
    const run = (row: number[]): number[] =>
      layers.reduce(
        (values, { weights, biases }) =>
          weights.map((node, n) =>
            Math.tanh(
              node.reduce((sum, w, i) => sum + w * (values[i] as number), biases[n] as number),
            ),
          ),
        row,
      );
    const rebuilt = run([0.4, -0.4, 0.2]);
    [0.4, -0.4, 0.2].forEach((x, i) =>
      expect(Math.abs((rebuilt[i] as number) - x)).toBeLessThan(0.1),
    );
  });
});
