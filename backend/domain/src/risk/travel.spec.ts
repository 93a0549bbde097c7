// Impossible travel.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distanceKm, travelSignal, type Place } from './travel';

const BRNO: Place = { latitude: 49.195, longitude: 16.607, radiusKm: 20, label: 'Brno, CZ' };
const LIMA: Place = { latitude: -12.046, longitude: -77.043, radiusKm: 50, label: 'Lima, PE' };
const PRAGUE: Place = { latitude: 50.088, longitude: 14.42, radiusKm: 20, label: 'Prague, CZ' };
const TABLE: Record<string, Place> = {
  '192.0.2.1': BRNO,
  '198.51.100.1': LIMA,
  '203.0.113.1': PRAGUE,
};
const locate = (address: string) => TABLE[address] ?? null;
const now = new Date('2026-11-21T12:00:00Z');
const ago = (hours: number) => new Date(now.getTime() - hours * 3_600_000);

describe('impossible travel', () => {
  it('speaks when two places are too far apart for the time between', () => {
    const signal = travelSignal(locate, { address: '198.51.100.1', at: now }, [
      { address: '192.0.2.1', at: ago(2) },
    ]);
    expect(signal).toMatchObject({ source: 'travel', weight: 2 });
    expect(signal?.value).toMatch(/km from Brno, CZ to Lima, PE in 2\.0 hours/);
  });

  it.each([
    [0, 'within a minute'],
    [0.5, 'in 30 minutes'],
    [0.999, 'in 1.0 hours'],
  ])('says of %f hours "%s"', (hours, words) => {
    const earlier = [{ address: '192.0.2.1', at: ago(hours) }];
    expect(travelSignal(locate, { address: '198.51.100.1', at: now }, earlier)?.value).toContain(
      `Lima, PE ${words}: too fast`,
    );
  });

  it('is silent when the journey can be made, is short, or nothing is known of a place', () => {
    const to = (address: string, earlier: { address: string; at: Date }[]) =>
      travelSignal(locate, { address, at: now }, earlier);
    expect(to('198.51.100.1', [{ address: '192.0.2.1', at: ago(20) }])).toBeNull();
    expect(to('203.0.113.1', [{ address: '192.0.2.1', at: ago(0.01) }])).toBeNull();
    expect(to('198.51.100.1', [{ address: '10.0.0.1', at: ago(1) }])).toBeNull();
    expect(to('10.0.0.1', [{ address: '192.0.2.1', at: ago(1) }])).toBeNull();
    expect(to('198.51.100.1', [])).toBeNull();
  });

  it('measures a distance that is symmetric, never negative and at most half the Earth around', () => {
    const place = fc.record({
      latitude: fc.double({ min: -90, max: 90, noNaN: true }),
      longitude: fc.double({ min: -180, max: 180, noNaN: true }),
    });
    fc.assert(
      fc.property(place, place, (a, b) => {
        const [from, to] = [a, b].map((each) => ({ ...each, radiusKm: 0, label: '' }));
        const km = distanceKm(from!, to!);
        expect(km).toBeCloseTo(distanceKm(to!, from!), 6);
        expect(km).toBeGreaterThanOrEqual(0);
        expect(km).toBeLessThanOrEqual(20_016);
      }),
    );
    expect(distanceKm(BRNO, LIMA)).toBeCloseTo(11_300, -3);
  });
});
