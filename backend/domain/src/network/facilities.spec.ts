// Facilities by configured networks.
import { describe, expect, it } from 'vitest';
import { facilitiesFrom } from './facilities';

const facilityOf = facilitiesFrom(
  'plant-a=10.1.0.0/16 10.2.0.0/16; lab=10.1.9.0/24; plant-b=2001:db8:b::/48',
);

describe('facilities', () => {
  it('are found by the longest network that covers an address', () => {
    expect(facilityOf('10.1.2.3')).toBe('plant-a');
    expect(facilityOf('::ffff:10.2.0.1')).toBe('plant-a');
    expect(facilityOf('10.1.9.3')).toBe('lab');
    expect(facilityOf('2001:db8:b:1::1')).toBe('plant-b');
    expect(facilityOf('192.0.2.1')).toBeNull();
    expect(facilityOf('nonsense')).toBeNull();
    expect(facilitiesFrom('')('10.1.2.3')).toBeNull();
  });

  it('are refused with the entry that does not fit', () => {
    for (const text of ['plant-a', 'plant-a=', '=10.0.0.0/8', 'Plant=10.0.0.0/8', 'a=10.0.0.1/8']) {
      expect(() => facilitiesFrom(`ok=10.9.0.0/16; ${text}`), text).toThrow(text.slice(0, 5));
    }
  });
});
