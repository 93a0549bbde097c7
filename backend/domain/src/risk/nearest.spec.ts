// Specs of the nearest windows: small among the own, large among those of others, finite whatever comes.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearestDistances, nearestWindows, packWindows } from './nearest';

const rows = (...all: number[][]): Float64Array[] => all.map((row) => Float64Array.from(row));

describe('nearest windows', () => {
  const own = rows([1, 10], [3, 30], [2, 20], [2, 24]);
  const others = rows([8, 80], [9, 90], [9, 70], [8, 90]);

  it('is small among own windows and large among those of others', () => {
    const distance = nearestWindows.ready(nearestWindows.fit(own, { others }));
    expect(distance(Float64Array.of(2, 21))).toBeLessThan(0.3);
    expect(distance(Float64Array.of(8.5, 85))).toBeGreaterThan(3);
  });

  it('compares with another set of the same person in the terms of the first', () => {
    const artefact = nearestWindows.fit(own, { others });
    const moved = packWindows(artefact, rows([5, 50], [5, 52], [6, 55], [5, 45]));
    const distances = nearestDistances(artefact, [moved, artefact.own]);
    const out = new Float64Array(2);
    distances(Float64Array.of(5, 50), out);
    expect(out[0]).toBeLessThan(0.3);
    expect(out[1]).toBeGreaterThan(0.5);
    expect(out[1]).toBeCloseTo(nearestWindows.ready(artefact)(Float64Array.of(5, 50)), 12);
  });

  it('is finite and not negative for any window, with others or without', () => {
    const value = fc.oneof(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.constant(NaN));
    const window = fc.array(value, { minLength: 3, maxLength: 3 });
    const some = fc.array(window, { minLength: 2, maxLength: 30 });
    fc.assert(
      fc.property(some, fc.array(window, { maxLength: 30 }), window, (mine, theirs, one) => {
        const artefact = nearestWindows.fit(rows(...mine), { others: rows(...theirs) });
        const d = nearestWindows.ready(artefact)(Float64Array.from(one));
        expect(Number.isFinite(d) && d >= 0).toBe(true);
      }),
    );
  });
});
