// When a person's model is worth training again, and which of their newer windows may teach it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SessionId, UserId } from '@verity/protocol/ids';
import { normalDraw, seededRandom } from '../kernel/maths';
import { lessonOf, trainingDue, windowsToRead } from './lesson';
import type { ReadyModel } from './model-kind';
import { kindOf, MODEL_KINDS } from './model-kinds';
import type { WindowRecord } from './ports';

const kind = kindOf('keystroke');
const sizes = kind.windows;
const due = (windows: number, before: ReturnType<typeof trained> | null): boolean =>
  trainingDue(windows, before, now, kind);
const now = new Date('2026-01-31T00:00:00.000Z');
const trained = (windows: number, daysAgo = 0) => ({
  windows,
  trainedAt: new Date(now.getTime() - daysAgo * 86_400_000),
});

describe('trainingDue', () => {
  it('waits for enough windows, then for twice as many', () => {
    expect(due(sizes.first - 1, null)).toBe(false);
    expect(due(sizes.first, null)).toBe(true);
    expect(due(11, trained(6))).toBe(false);
    expect(due(12, trained(6))).toBe(true);
  });

  it('costs no more than a handful of trainings until a person is fully known', () => {
    let before: ReturnType<typeof trained> | null = null;
    let trainings = 0;
    for (let windows = 1; windows <= sizes.most; windows++) {
      if (!due(windows, before)) continue;
      before = trained(windows);
      trainings++;
    }
    expect(trainings).toBeLessThanOrEqual(8);
  });

  it('makes a model of a well-known person anew when it is a week old or there is much that is new', () => {
    expect(due(sizes.most, trained(sizes.most, 7))).toBe(false);
    expect(due(sizes.most + 1, trained(sizes.most, 6))).toBe(false);
    expect(due(sizes.most + 1, trained(sizes.most, 7))).toBe(true);
    const waiting = kind.guard?.block ?? 0;
    expect(due(sizes.most + sizes.every + waiting - 1, trained(sizes.most))).toBe(false);
    expect(due(sizes.most + sizes.every + waiting, trained(sizes.most))).toBe(true);
  });
});

describe('a lesson', () => {
  const WIDTH = 10;
  const DAY_MS = 86_400_000;
  const LEARNT_TO = 1_000 * DAY_MS;
  const rules = {
    windows: { first: 6, needed: 12, most: 60, every: 20 },
    guard: { enrolled: 30, block: 5, perDay: 20, directed: 0.6, apart: 1.4 },
  };
  const random = seededRandom(4);
  /** Windows of one session a day, 10 each, `shift` deviations from the usual. */
  const windows = (count: number, fromDay: number, shift = 0): WindowRecord[] =>
    Array.from({ length: count }, (_, i) => ({
      id: `${fromDay}:${i}:${shift}`,
      userId: 'u' as UserId,
      sessionId: `s${fromDay + Math.floor(i / 10)}` as SessionId,
      modality: 'keystroke',
      at: new Date((fromDay + Math.floor(i / 10)) * DAY_MS + (i % 10)),
      features: Array.from({ length: WIDTH }, () => shift + normalDraw(random)),
    }));
  const before = (known: number, guarded = true): Parameters<typeof lessonOf>[1] => ({
    record: { windows: known, learntTo: new Date(LEARNT_TO) },
    model: (guarded
      ? {
          baseline: {
            centre: new Float64Array(WIDTH),
            scale: new Float64Array(WIDTH).fill(1),
          },
        }
      : {}) as ReadyModel,
  });
  const known = windows(40, 996);
  const ids = (records: readonly WindowRecord[] | null): string[] | null =>
    records && records.map(({ id }) => id);

  it('takes everything while the person is being enrolled, the newest that fit', () => {
    const all = windows(80, 900, 3);
    for (const model of [null, before(29), before(40, false)]) {
      const { learn, refused } = lessonOf(rules, model, all);
      expect(ids(learn)).toEqual(ids(all.slice(-rules.windows.most)));
      expect(refused).toEqual([]);
    }
    expect(lessonOf({ windows: rules.windows }, before(40), all).refused).toEqual([]);
  });

  it('adds what the guard lets teach to what was known, and leaves what waits for later', () => {
    const fresh = windows(20, 1_001);
    const { learn, refused } = lessonOf(rules, before(40), [...known, ...fresh]);
    expect(ids(learn)).toEqual(ids([...known, ...fresh.slice(0, 15)]));
    expect(refused).toEqual([]);
  });

  it('refuses a stranger who pulls one way, and then has nothing to teach', () => {
    const stranger = windows(30, 1_001, 2.5);
    const { learn, refused } = lessonOf(rules, before(40), [...known, ...stranger]);
    expect(learn).toBeNull();
    expect(ids(refused)).toEqual(ids(stranger.slice(0, 25)));
  });

  it('never refuses what was learnt already, and never teaches what it refuses', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 60 }),
        fc.double({ min: -4, max: 4, noNaN: true }),
        (count, shift) => {
          const fresh = windows(count, 1_001, shift);
          const { learn, refused } = lessonOf(rules, before(40), [...known, ...fresh]);
          expect(refused.every((record) => fresh.includes(record))).toBe(true);
          expect((learn ?? []).some((record) => refused.includes(record))).toBe(false);
          expect((learn ?? []).length).toBeLessThanOrEqual(rules.windows.most);
        },
      ),
    );
  });

  it('looks at enough windows that what waits never pushes out what is known', () => {
    for (const one of Object.values(MODEL_KINDS)) {
      const { most, every } = one.windows;
      expect(windowsToRead(one)).toBeGreaterThanOrEqual(most + every + 2 * (one.guard?.block ?? 0));
    }
  });
});
