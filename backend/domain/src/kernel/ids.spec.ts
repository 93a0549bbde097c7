// UUIDv7.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { uuidV7 } from './ids';

describe('uuidV7', () => {
  it('has the version, the variant and the time of RFC 9562', () => {
    // Test vector of RFC 9562, appendix A.6.
    const random = Uint8Array.from([0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f]);
    expect(uuidV7(0x017f22e279b0, random)).toBe('017f22e2-79b0-7cc3-98c4-dc0c0c07398f');
  });

  it('sorts by time', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 47 }),
        fc.integer({ min: 1, max: 2 ** 40 }),
        fc.uint8Array({ minLength: 10, maxLength: 10 }),
        (time, later, random) => uuidV7(time, random) < uuidV7(time + later, random),
      ),
    );
  });
});
