// Specs of the model of a fixed text: it tells people apart, stays within reach of its enrolment, refuses what is not whole.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fault } from '@verity/protocol/faults';
import { normalDraw, seededRandom } from '../kernel/maths';
import { featuresOf, phraseFeatures } from '../kernel/phrase-features';
import { kindOf } from './model-kinds';
import { parsePhraseModel, REPETITIONS, trainPhraseModel } from './phrase-model';

const KEYS = 10;
const NOW = new Date('2026-03-01T09:00:00.000Z');
const DAY_MS = 86_400_000;

/** Repetitions of somebody with a rhythm of their own; `tempo` 2 is half as fast. */
function repetitions(person: number, count: number, seed: number, tempo = 1): Float64Array[] {
  const own = seededRandom(person);
  const holds = Array.from({ length: KEYS }, () => 70 + 60 * own());
  const steps = Array.from({ length: KEYS - 1 }, () => 120 + 160 * own());
  const random = seededRandom(seed);
  const around = (ms: number): number => ms * tempo * Math.exp(0.12 * normalDraw(random));
  return Array.from({ length: count }, () => phraseFeatures(holds.map(around), steps.map(around)));
}
const train = (windows: readonly Float64Array[], before: string | null = null, now = NOW) =>
  trainPhraseModel({ modality: 'phrase:0.10.0', windows, version: 3, now, before });
const mean = (xs: number[]): number => xs.reduce((sum, x) => sum + x, 0) / xs.length;

describe('a model of a fixed text', () => {
  const artefact = train(repetitions(1, 60, 5));
  const json = JSON.stringify(artefact);
  const model = parsePhraseModel(json);
  const weights = (rows: Float64Array[], by = model): number[] =>
    rows.map((r) => by.weigh(r).weight);

  it('is the same for the same repetitions, small, and ready', () => {
    expect(JSON.stringify(train(repetitions(1, 60, 5)))).toBe(json);
    expect(json.length).toBeLessThan(12_000);
    expect(model).toMatchObject({ state: 'ready', windows: 60, version: 3, trainedAt: NOW });
    expect(kindOf('phrase:0.10.0').source).toBe('keystroke');
  });

  it('weighs the person for the person and others against, and says why', () => {
    expect(mean(weights(repetitions(1, 40, 6)))).toBeLessThan(-0.5);
    for (const person of [2, 3, 4, 5]) {
      expect(mean(weights(repetitions(person, 10, 6)))).toBeGreaterThan(1);
    }
    const [slow] = repetitions(1, 1, 8, 2);
    expect(model.weigh(slow!).value).toMatch(/^this text typed not as you do: .*slower|longer/);
    expect(model.weigh(repetitions(1, 1, 6)[0]!).value).toBe('this text typed like you do');
  });

  it('leans to nobody without proof: strangers of a close rhythm speak against, softly, from ten repetitions on', () => {
    for (const known of [REPETITIONS.first, 15, 20, 30]) {
      const young = parsePhraseModel(JSON.stringify(train(repetitions(1, known, 5))));
      for (const person of [2, 3, 4, 5, 6, 7, 8]) {
        expect(mean(weights(repetitions(person, 10, 6), young))).toBeGreaterThan(0.1);
      }
      expect(mean(weights(repetitions(1, 40, 6), young))).toBeLessThan(-0.5);
    }
    const first = parsePhraseModel(JSON.stringify(train(repetitions(1, REPETITIONS.first, 5))));
    expect(first.state).toBe('learning');
    const strangers = [2, 3, 4, 5].flatMap((person) => repetitions(person, 10, 6));
    expect(mean(weights(strangers, first))).toBeLessThan(mean(weights(strangers)) / 1.5);
  });

  it('knows people on the whole where others type the same text, and does without where few do', () => {
    const others = [12, 13, 14, 15, 16].map((person) => repetitions(person, 40, 3));
    const trained = (people: Float64Array[][]) =>
      trainPhraseModel({
        modality: 'phrase:0.10.0',
        windows: repetitions(1, 60, 5),
        others: people,
        version: 3,
        now: NOW,
      });
    const known = trained(others);
    expect(JSON.stringify(known).length).toBeLessThan(20_000);
    const among = parsePhraseModel(JSON.stringify(known));
    expect(mean(weights(repetitions(1, 40, 6), among))).toBeLessThan(-0.5);
    const strangers = [2, 3, 4, 5].flatMap((person) => repetitions(person, 10, 6));
    expect(mean(weights(strangers, among))).toBeGreaterThan(0.5);
    expect(trained(others.slice(0, 2)).people).toBeNull();
    // Repetitions of another text, or too few, make nobody part of it.
    const foreign = [new Array(40).fill(new Float64Array(4)), repetitions(17, 3, 1)];
    expect(trained([...others.slice(0, 2), ...foreign]).people).toBeNull();
    const { people } = known;
    const broken = { ...known, people: { ...people, centre: [1, 2, 3] } };
    expect(() => parsePhraseModel(JSON.stringify(broken))).toThrow(Fault);
  });

  it('follows its person from the enrolled rhythm, but only within reach of it', () => {
    const elsewhere = repetitions(2, 200, 7);
    const led = train(elsewhere, json, new Date(NOW.getTime() + DAY_MS));
    const distance = (a: readonly number[]): number =>
      Math.sqrt(
        mean(a.map((x, f) => ((x - artefact.template.centre[f]!) / led.template.scale[f]!) ** 2)),
      );
    expect(distance(led.template.centre)).toBeLessThan(1.3);
    expect(led.anchor?.centre).toEqual(artefact.template.centre);
    // Strangers who led the model astray are strangers still.
    const after = parsePhraseModel(JSON.stringify(led));
    expect(mean(weights(repetitions(2, 20, 9), after))).toBeGreaterThan(0);
  });

  it('moves the anchor a little every day', () => {
    const faster = repetitions(1, 200, 7, 0.9);
    const first = JSON.stringify(train(faster, json, new Date(NOW.getTime() + DAY_MS)));
    const later = train(faster, first, new Date(NOW.getTime() + 31 * DAY_MS));
    const moved = later.anchor!.centre.map((x, f) => Math.abs(x - artefact.template.centre[f]!));
    expect(Math.max(...moved)).toBeGreaterThan(0);
    expect(Math.max(...moved)).toBeLessThan(0.3);
  });

  it('refuses what is truncated, foreign, of another version or text', () => {
    const refuses = (text: string): void => {
      expect(() => parsePhraseModel(text)).toThrow(Fault);
    };
    fc.assert(
      fc.property(fc.nat(json.length - 1), (at) => refuses(json.slice(0, at))),
      { numRuns: 60 },
    );
    refuses('null');
    refuses(JSON.stringify({ ...artefact, formatVersion: 2 }));
    refuses(JSON.stringify({ ...artefact, format: 'verity-behaviour' }));
    refuses(JSON.stringify({ ...artefact, extra: 1 }));
    const { template } = artefact;
    refuses(JSON.stringify({ ...artefact, template: { ...template, centre: [1, 2, 3] } }));
    refuses(JSON.stringify({ ...artefact, template: { ...template, recent: 'AAAA' } }));
    refuses(JSON.stringify({ ...artefact, template: { ...template, surprise: '!' } }));
    expect(() => model.weigh(new Float64Array(3))).toThrow(/features/);
    expect(() => model.weigh(new Float64Array(featuresOf(KEYS)).fill(Number.NaN))).toThrow(
      /number/,
    );
    expect(() => train(repetitions(1, 9, 5))).toThrow(/10 whole repetitions/);
    expect(() => train([...repetitions(1, 20, 5), new Float64Array(4)])).toThrow(Fault);
  });

  it('gives a finite weight for any finite timings', () => {
    const ms = fc.oneof(fc.double({ min: -1e9, max: 1e9, noNaN: true }), fc.constantFrom(0, -0));
    const list = (length: number) => fc.array(ms, { minLength: length, maxLength: length });
    fc.assert(
      fc.property(list(KEYS), list(KEYS - 1), (holds, steps) => {
        const { weight, value } = model.weigh(phraseFeatures(holds, steps));
        expect(Number.isFinite(weight)).toBe(true);
        expect(value.length).toBeLessThan(200);
      }),
    );
  });
});
