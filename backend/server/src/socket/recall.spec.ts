// The memory of what was said: against a plain list of everything, and at its bounds.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareEventIds } from './event-id';
import { Recall } from './recall';
import type { Said } from './said';

const said = (id: string, key: string): Said => ({ id, key, frame: Buffer.alloc(0) });
const ids = (list: Said[]): string[] => list.map(({ id }) => id);

describe('event ids', () => {
  it('are in the order of their two numbers, whatever their length', () => {
    const part = fc.integer({ min: 0, max: 20_000 });
    fc.assert(
      fc.property(part, part, part, part, (aMs, aSeq, bMs, bSeq) => {
        const order = aMs - bMs || aSeq - bSeq;
        expect(Math.sign(compareEventIds(`${aMs}-${aSeq}`, `${bMs}-${bSeq}`))).toBe(
          Math.sign(order),
        );
      }),
    );
  });
});

describe('the memory of what was said', () => {
  it('answers the newest of each key in the rooms, after the mark, in the order of ids', () => {
    const event = fc.record({
      key: fc.constantFrom('a', 'b', 'c', 'd'),
      rooms: fc.uniqueArray(fc.constantFrom('x', 'y', 'z'), { minLength: 1 }),
    });
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 40 }),
        fc.nat(40),
        fc.subarray(['x', 'y', 'z']),
        (events, mark, rooms) => {
          const recall = new Recall({ entries: 100, ageMs: 1_000 });
          events.forEach(({ key, rooms }, at) => recall.put(said(`${at + 1}-0`, key), rooms));
          const newest = new Map(events.map((event, at) => [event.key, { ...event, at: at + 1 }]));
          const expected = [...newest.values()]
            .filter(({ at, rooms: its }) => at > mark && its.some((room) => rooms.includes(room)))
            .map(({ at }) => at)
            .sort((a, b) => a - b);
          expect(ids(recall.since(`${mark}-0`, rooms).said)).toEqual(expected.map((n) => `${n}-0`));
        },
      ),
    );
  });

  it('forgets beyond its number and age, and says so to whoever asks from before that', () => {
    const recall = new Recall({ entries: 3, ageMs: 50 });
    for (let at = 1; at <= 5; at++) recall.put(said(`${at}-0`, `key ${at}`), ['x']);
    expect(recall.since('1-0', ['x'])).toMatchObject({ complete: false });
    expect(recall.since('2-0', ['x'])).toMatchObject({ complete: true });
    expect(ids(recall.since('2-0', ['x']).said)).toEqual(['3-0', '4-0', '5-0']);
    recall.put(said('100-0', 'late'), ['y']);
    expect(recall.size).toBe(1);
    expect(recall.since('4-0', ['x'])).toEqual({ said: [], complete: false });
    expect(recall.since('5-0', ['x'])).toEqual({ said: [], complete: true });
  });

  it('knows nothing of what came before it began', () => {
    const recall = new Recall({ entries: 3, ageMs: 50 }, '7-3');
    expect(recall.position).toBe('7-3');
    expect(recall.since('7-2', ['x']).complete).toBe(false);
    expect(recall.since('7-3', ['x']).complete).toBe(true);
  });
});
