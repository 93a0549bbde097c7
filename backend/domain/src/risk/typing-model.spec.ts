// Specs of the typing model: it knows its person, is modest while it has seen little, fits in 50 µs, and refuses what is broken.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fault } from '@verity/protocol/faults';
import {
  COUNT_OF_MEASURE,
  FREE_MEASURES,
  KEYSTROKE_FEATURES,
  KEYSTROKE_MEASURES,
} from '../kernel/keystroke-features';
import { normalDraw, seededRandom, type SeededRandom } from '../kernel/maths';
import { factorise } from '../kernel/matrix';
import { shippedTyping } from './typing-background';
import {
  parseTyping,
  readyTyping,
  trainTyping,
  TYPING_GUARD,
  TYPING_WINDOWS,
} from './typing-model';
import { guardUpdates } from './update-guard';

const background = shippedTyping();
const NOW = new Date('2026-03-01T09:00:00.000Z');

const SIZE = FREE_MEASURES;
const COUNTS = [10, 8, 4, 1, 1, 1, 4, 3, 3, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1];

/** A draw from a normal distribution of this covariance around a centre. */
function drawAround(centre: Float64Array, covariance: Float64Array, random: SeededRandom) {
  const factor = covariance.slice();
  factorise(factor, SIZE);
  const free = centre.map(() => normalDraw(random));
  return centre.map((x, r) => {
    let sum = x;
    for (let c = 0; c <= r; c++) sum += factor[r * SIZE + c]! * free[c]!;
    return sum;
  });
}

/** People as the world knows them: windows of somebody, 16 to a sitting. */
function windowsOf(who: number, count: number, seed: number): Float64Array[] {
  const { world } = background;
  const person = drawAround(world.mean, world.person, seededRandom(who));
  const random = seededRandom(1000 * who + seed);
  let sitting = person;
  return Array.from({ length: count }, (_, i) => {
    if (i % 16 === 0) sitting = drawAround(person, world.sitting, random);
    const level = drawAround(sitting, world.window, random);
    return Float64Array.from(KEYSTROKE_FEATURES, (__, f) => {
      if (f >= KEYSTROKE_MEASURES) return COUNTS[f - KEYSTROKE_MEASURES]!;
      // Press to press follows from the rest; these windows have none.
      if (f >= SIZE) return Number.NaN;
      const at = COUNT_OF_MEASURE[f]!;
      const n = at < 0 ? 1 : COUNTS[at - KEYSTROKE_MEASURES]!;
      return level[f]! + normalDraw(random) * Math.sqrt(world.noise[f]! / n);
    });
  });
}
const OWNER = 3;
const STRANGERS = [4, 5, 6, 7];

const train = (count: number, seed = 1) =>
  trainTyping(
    {
      windows: windowsOf(OWNER, count, seed),
      sittings: Array.from({ length: count }, (_, i) => `${i >> 4}`),
      version: 2,
      now: NOW,
    },
    background,
  );
const mean = (xs: number[]): number => xs.reduce((sum, x) => sum + x, 0) / xs.length;

describe('a typing model', () => {
  const artefact = train(48);
  const json = JSON.stringify(artefact);
  const model = parseTyping(json, background);
  const weighAll = (windows: Float64Array[], by = model): number[] =>
    windows.map((window) => by.weigh(window).weight);

  it('is the same for the same windows, small, and ready', () => {
    expect(JSON.stringify(train(48))).toBe(json);
    expect(json.length).toBeLessThan(50_000);
    expect(model).toMatchObject({ state: 'ready', windows: 48, version: 2, trainedAt: NOW });
  });

  it('weighs own windows for the person and others against, and says why', () => {
    const own = windowsOf(OWNER, 32, 7);
    expect(mean(weighAll(own))).toBeLessThan(-0.4);
    const strange = STRANGERS.flatMap((who) => windowsOf(who, 16, 8));
    expect(mean(weighAll(strange))).toBeGreaterThan(0.5);
    expect(strange.map((window) => model.weigh(window).value).join()).toMatch(
      /typing unlike yours: .*than you do/,
    );
    expect(own.map((window) => model.weigh(window).value)).toContain('typing like yours');
  });

  it('is called ready at the documented count, and says less while it knows little', () => {
    const first = parseTyping(JSON.stringify(train(TYPING_WINDOWS.first)), background);
    expect(first.state).toBe('learning');
    expect(train(TYPING_WINDOWS.needed).state).toBe('ready');
    const ratios = (by: typeof model): number =>
      mean(
        STRANGERS.flatMap((who) => windowsOf(who, 16, 5)).map((window) => by.detect(window).ratio),
      );
    expect(ratios(first)).toBeLessThan(ratios(model));
  });

  it('learns one wild window less than it learns the others', () => {
    const windows = windowsOf(OWNER, 30, 3);
    const wild = windows[0]!.map((x, f) => (f < 6 ? Math.log(2000) : x));
    const spoilt = readyTyping(
      trainTyping({ windows: [...windows, wild], version: 1, now: NOW }, background),
      background,
    );
    expect(mean(weighAll(windowsOf(OWNER, 16, 4), spoilt))).toBeLessThan(-0.2);
  });

  it('gives a finite bounded weight and words for any window', () => {
    const value = fc.oneof(
      fc.double({ min: -20, max: 20, noNaN: true }),
      fc.constantFrom(NaN, 0, 1e6, -1e6),
    );
    const window = fc.array(value, {
      minLength: KEYSTROKE_FEATURES.length,
      maxLength: KEYSTROKE_FEATURES.length,
    });
    fc.assert(
      fc.property(window, (features) => {
        const { weight, value: words } = model.weigh(Float64Array.from(features));
        expect(Math.abs(weight)).toBeLessThanOrEqual(2);
        expect(words).toMatch(/^typing /);
      }),
    );
    expect(Number.isFinite(model.weigh(new Float64Array(KEYSTROKE_FEATURES.length)).weight)).toBe(
      true,
    );
  });

  it('leaves out windows that another version measured, and needs four of its own', () => {
    const old = Array.from({ length: 9 }, () => new Float64Array(32));
    const task = { version: 1, now: NOW };
    expect(() => trainTyping({ ...task, windows: old }, background)).toThrow(/needs 4 windows/);
    const windows = [...old, ...windowsOf(OWNER, 5, 1)];
    expect(trainTyping({ ...task, windows }, background).windows).toBe(5);
  });

  it('refuses what is truncated, foreign, or of other features', () => {
    const refuses = (text: string): void => {
      expect(() => parseTyping(text, background)).toThrow(Fault);
    };
    fc.assert(
      fc.property(fc.nat(json.length - 1), (at) => refuses(json.slice(0, at))),
      { numRuns: 60 },
    );
    refuses('null');
    refuses('{"format":"verity-behaviour"}');
    refuses(JSON.stringify({ ...artefact, formatVersion: 2 }));
    refuses(JSON.stringify({ ...artefact, features: artefact.features.toReversed() }));
    refuses(JSON.stringify({ ...artefact, covariance: artefact.mean }));
    refuses(JSON.stringify({ ...artefact, nearest: { ...artefact.nearest, own: 'AAAA' } }));
    refuses(JSON.stringify({ ...artefact, extra: 1 }));
    expect(() => model.weigh(new Float64Array(3))).toThrow(/features/);
  });
});

describe('an enrolled typing model', () => {
  const DAY_MS = 86_400_000;
  const ENROLLED = 60;
  const enrolled = train(ENROLLED);
  const before = JSON.stringify(enrolled);
  const model = parseTyping(before, background);
  const known = windowsOf(OWNER, ENROLLED, 1);
  /** Half way from windows of the owner to those of a stranger. */
  const led = (count: number, share: number): Float64Array[] => {
    const theirs = windowsOf(4, count, 5);
    return windowsOf(OWNER, count, 9).map((window, i) =>
      window.map((x, f) => (f < SIZE ? x + share * (theirs[i]![f]! - x) : x)),
    );
  };
  const guarded = (windows: Float64Array[]) =>
    guardUpdates(
      model.baseline,
      windows.map((features, i) => ({ at: Math.floor(i / 50) * DAY_MS, features })),
      TYPING_GUARD,
    );
  const after = (windows: Float64Array[], days: number) =>
    parseTyping(
      JSON.stringify(
        trainTyping(
          {
            windows: [...known, ...windows],
            version: 3,
            now: new Date(NOW.getTime() + days * DAY_MS),
            before,
          },
          background,
        ),
      ),
      background,
    );
  const weighed = (by: typeof model, windows: Float64Array[]): number[] =>
    windows.map((window) => by.weigh(window).weight);

  it('is taught by its person, and refuses whoever pulls it away', () => {
    const own = guarded(windowsOf(OWNER, 100, 9));
    expect(own.taught.length).toBeGreaterThan(80);
    expect(guarded(led(100, 1)).taught.length).toBeLessThan(own.taught.length / 4);
  });

  it('is led no farther than a bounded change of weight, however much it was taught', () => {
    const spoilt = after(led(200, 1), 1);
    const open = parseTyping(
      JSON.stringify(trainTyping({ windows: led(200, 1), version: 3, now: NOW }, background)),
      background,
    );
    const stranger = windowsOf(4, 40, 8);
    const [then, now] = [weighed(model, stranger), weighed(spoilt, stranger)];
    for (let i = 0; i < then.length; i++)
      expect(Math.abs(now[i]! - then[i]!)).toBeLessThanOrEqual(0.1 + 1e-9);
    expect(mean(now)).toBeGreaterThan(0);
    expect(mean(weighed(open, stranger))).toBeLessThan(0);
  });

  it('follows its person: what has changed weighs less against them than by the enrolled model', () => {
    const changed = led(60, 0.3);
    const followed = after(changed.slice(0, 40), 20);
    expect(mean(weighed(followed, changed.slice(40)))).toBeLessThan(
      mean(weighed(model, changed.slice(40))) - 0.02,
    );
    // After months what it has become counts as enrolled.
    const kept = JSON.parse(
      JSON.stringify(
        trainTyping(
          { windows: known, version: 4, now: new Date(NOW.getTime() + 89 * DAY_MS), before },
          background,
        ),
      ),
    ) as { learnt: unknown };
    const renewed = trainTyping(
      { windows: known, version: 4, now: new Date(NOW.getTime() + 91 * DAY_MS), before },
      background,
    );
    expect(kept.learnt).not.toBeNull();
    expect(renewed.learnt).toBeNull();
  });

  it('reads what was stored before there was a guard, and refuses half of what was learnt', () => {
    const { learnt: _, ...old } = enrolled;
    expect(parseTyping(JSON.stringify(old), background).windows).toBe(ENROLLED);
    const whole = trainTyping({ windows: known, version: 3, now: NOW, before }, background);
    const refuses = (learnt: object): void => {
      expect(() =>
        parseTyping(
          JSON.stringify({ ...whole, learnt: { ...whole.learnt, ...learnt } }),
          background,
        ),
      ).toThrow(Fault);
    };
    refuses({ mean: 'AAAA' });
    refuses({ own: '' });
    refuses({ more: 1 });
  });
});
