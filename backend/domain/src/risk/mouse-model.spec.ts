// Specs of the mouse model: who is told apart, how loud it may be, and what it refuses.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MOUSE_FEATURES } from '../kernel/behaviour-features';
import { normalDraw, seededRandom } from '../kernel/maths';
import { shippedPeople } from './mouse-background';
import { calibrateMouse, SCORE_REACH, weightOfScore } from './mouse-calibration';
import { mouseInWords } from './mouse-words';
import {
  enrolledModel,
  MOUSE_GUARD,
  parseMouseModel,
  trainMouseModel,
  type MouseTraining,
} from './mouse-model';
import { guardUpdates } from './update-guard';

const WIDTH = MOUSE_FEATURES.length;
const SPEED = MOUSE_FEATURES.findIndex(({ name }) => name === 'speed');

/** Actions of somebody with a speed and a curve of their own; every fifth is a click without a movement. */
function actionsOf(seed: number, count: number): Float64Array[] {
  const own = seededRandom(seed);
  const centre = Array.from({ length: WIDTH }, () => 0.8 * normalDraw(own));
  return Array.from({ length: count }, (_, i) =>
    Float64Array.from({ length: WIDTH }, (_, f) =>
      f > 0 && i % 5 === 4 ? Number.NaN : (centre[f] as number) + normalDraw(own),
    ),
  );
}
const cohort = [11, 12, 13, 14].map((seed) => actionsOf(seed, 300));
const training = (part: Partial<MouseTraining> = {}): MouseTraining => ({
  windows: actionsOf(1, 500),
  cohort,
  shipped: [],
  version: 3,
  now: new Date(0),
  ...part,
});
const artefact = trainMouseModel(training());
const json = JSON.stringify(artefact);
const model = parseMouseModel(json);
const sum = (windows: Float64Array[]): number =>
  windows.reduce((total, window) => total + model.weigh(window).weight, 0);

describe('a mouse model', () => {
  it('is the same for the same actions, small, and ready', () => {
    expect(JSON.stringify(trainMouseModel(training()))).toBe(json);
    expect(json.length).toBeLessThan(100_000);
    expect(model).toMatchObject({ modality: 'mouse', version: 3, windows: 500, state: 'ready' });
  });

  it('speaks against a stranger whom it never met, and for the person', () => {
    expect(sum(actionsOf(1, 560).slice(500))).toBeLessThan(-1);
    expect(sum(actionsOf(77, 60))).toBeGreaterThan(1);
  });

  it('weighs any window within its bounds', () => {
    const value = fc.oneof(fc.double(), fc.constant(Number.NaN));
    fc.assert(
      fc.property(fc.array(value, { minLength: WIDTH, maxLength: WIDTH }), (values) => {
        const { weight, value: words } = model.weigh(Float64Array.from(values));
        expect(weight).toBeGreaterThanOrEqual(artefact.lowest);
        expect(weight).toBeLessThanOrEqual(artefact.highest);
        expect(words).toMatch(/^mouse movement /);
      }),
    );
  });

  it('takes an action of which nothing is known as saying nothing', () => {
    const empty = new Float64Array(WIDTH).fill(Number.NaN);
    expect(model.weigh(empty).weight).toBe(0);
  });

  it('says in words what is unlike the person', () => {
    const window = actionsOf(77, 1)[0] as Float64Array;
    window[SPEED] = (artefact.usual.centre[SPEED] as number) - 20;
    expect(mouseInWords(artefact.usual, window, 0.3)).toMatch(
      /^mouse movement unlike yours: slower than yours/,
    );
    expect(mouseInWords(artefact.usual, window, 0)).toMatch(/^mouse movement not clearly yours: /);
    expect(mouseInWords(artefact.usual, window, -0.3)).toBe('mouse movement like yours');
  });

  it('whispers where nobody else is enrolled, since it could only tell equipment apart', () => {
    const shipped = shippedPeople().map(({ windows }) => windows);
    const alone = trainMouseModel(training({ cohort: [], shipped }));
    expect(alone).toMatchObject({ cohort: 0, windows: 500, state: 'learning' });
    expect(alone.highest).toBeLessThan(artefact.highest / 20);
  });

  it('speaks in proportion while it has seen little', () => {
    const young = trainMouseModel(training({ windows: actionsOf(1, 80) }));
    expect(young.state).toBe('learning');
    const most = Math.max(
      ...actionsOf(77, 60).map((w) => parseMouseModel(JSON.stringify(young)).weigh(w).weight),
    );
    expect(most).toBeLessThanOrEqual(young.highest * 0.2 + 1e-9);
  });

  it('leaves out actions of another shape, and refuses when too few are left', () => {
    const old = Array.from({ length: 300 }, () => new Float64Array(13));
    const mixed = trainMouseModel(training({ windows: [...old, ...actionsOf(1, 500)] }));
    expect(mixed).toEqual(artefact);
    for (const part of [{ windows: old }, { windows: [] }, { cohort: [] }, { cohort: [old] }]) {
      expect(() => trainMouseModel(training(part))).toThrow(
        expect.objectContaining({ code: 'invalid-input' }),
      );
    }
  });

  it('is refused when it is cut off, foreign, or made for other features', () => {
    const changed = (part: object): string => JSON.stringify({ ...artefact, ...part });
    for (const bad of [
      json.slice(0, -20),
      '{}',
      'null',
      changed({ formatVersion: 2 }),
      changed({ features: artefact.features.slice(1) }),
      changed({ trees: { ...artefact.trees, bins: artefact.trees.bins.slice(0, -8) } }),
      changed({ trees: { ...artefact.trees, features: '////' } }),
    ]) {
      expect(() => parseMouseModel(bad)).toThrow(
        expect.objectContaining({ code: 'invalid-input' }),
      );
    }
    expect(() => model.weigh(new Float64Array(13))).toThrow(/13 features/);
  });
});

describe('an enrolled mouse model', () => {
  const DAY_MS = 86_400_000;
  const known = actionsOf(1, 1_040);
  const enrolled = trainMouseModel(training({ windows: known }));
  const before = JSON.stringify(enrolled);
  const first = parseMouseModel(before);
  const stranger = actionsOf(77, 1_200);
  const guarded = (windows: Float64Array[]) =>
    guardUpdates(
      first.baseline!,
      windows.map((features, at) => ({ at, features })),
      MOUSE_GUARD,
    );

  it('is taught by its person, and refuses whoever pulls it away', () => {
    // The same person goes on: the same seed draws the same centre first.
    const own = actionsOf(1, 1_440).slice(1_040);
    expect(guarded(own).taught.length).toBeGreaterThan(300);
    expect(guarded(stranger.slice(0, 400)).taught).toEqual([]);
  });

  it('is led no farther than a bounded change of weight, however much it was taught', () => {
    const task = { windows: [...known.slice(-100), ...stranger.slice(0, 400)], version: 4, before };
    const spoilt = parseMouseModel(JSON.stringify(trainMouseModel(training(task))));
    let total = 0;
    for (const window of stranger.slice(1_100)) {
      const [then, now] = [first.weigh(window).weight, spoilt.weigh(window).weight];
      expect(Math.abs(now - then)).toBeLessThanOrEqual(0.01 + 1e-9);
      total += now;
    }
    expect(total).toBeGreaterThan(1);
  });

  it('keeps to its enrolment for months, and only where others of the installation were there', () => {
    const on = (day: number) => new Date(day * DAY_MS);
    expect(enrolledModel(before, on(89))).toMatchObject({ at: enrolled.trainedAt });
    expect(enrolledModel(before, on(91))).toBeNull();
    expect(enrolledModel(JSON.stringify({ ...enrolled, cohort: 2 }), on(1))).toBeNull();
    expect(enrolledModel(JSON.stringify({ ...enrolled, windows: 999 }), on(1))).toBeNull();
    expect(parseMouseModel(JSON.stringify({ ...enrolled, cohort: 2 })).baseline).toBeUndefined();
  });

  it('reads what was stored before there was a guard, and refuses half of an enrolment', () => {
    const { enrolled: _, ...old } = enrolled;
    expect(parseMouseModel(JSON.stringify(old)).windows).toBe(1_040);
    const kept = enrolledModel(before, new Date(0));
    const broken = { ...enrolled, enrolled: { ...kept, trees: { ...kept!.trees, bins: 'AAAA' } } };
    expect(() => parseMouseModel(JSON.stringify(broken))).toThrow(
      expect.objectContaining({ code: 'invalid-input' }),
    );
  });
});

describe('the shipped people', () => {
  it('have actions of the features of today, each seen by somebody', () => {
    const people = shippedPeople();
    expect(people.length).toBeGreaterThanOrEqual(2);
    for (const { windows } of people) {
      expect(windows.length).toBeGreaterThanOrEqual(100);
      expect(windows.every(({ length }) => length === WIDTH)).toBe(true);
    }
    for (let f = 0; f < WIDTH; f++) {
      expect(people.some(({ windows }) => windows.some((w) => Number.isFinite(w[f])))).toBe(true);
    }
  });
});

describe('the calibration', () => {
  const run = (mean: number): number[] =>
    Array.from({ length: 100 }, (_, i) => mean + Math.sin(i * 7) / 4);

  it('gives more weight to what lies further apart, and none to what does not differ', () => {
    const far = calibrateMouse([run(-1)], [run(1)]);
    const near = calibrateMouse([run(-0.3)], [run(0.3)]);
    expect(far.slope).toBeGreaterThan(near.slope);
    expect(calibrateMouse([run(0.5)], [run(0)]).slope).toBe(0);
    expect(calibrateMouse([], [run(0)])).toEqual({ slope: 0, middle: 0 });
  });

  it('rises with the score until the reach of one action', () => {
    const calibration = calibrateMouse([run(-1)], [run(1)]);
    fc.assert(
      fc.property(fc.double({ noNaN: true }), fc.double({ noNaN: true }), (a, b) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        expect(weightOfScore(calibration, low)).toBeLessThanOrEqual(
          weightOfScore(calibration, high),
        );
      }),
    );
    expect(weightOfScore(calibration, 99)).toBe(weightOfScore(calibration, SCORE_REACH));
  });
});
