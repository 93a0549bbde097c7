// Addresses and prefixes: every notation of one address is one number, and nothing else is an address.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { covers, firstOf, lastOf, parseAddress, parsePrefix } from './ip-address';

describe('addresses', () => {
  it('reads IPv4, IPv6, mapped and zoned notation', () => {
    expect(parseAddress('10.0.0.1')).toEqual({ family: 4, bits: 0x0a000001n });
    expect(parseAddress('::ffff:10.0.0.1')).toEqual(parseAddress('10.0.0.1'));
    expect(parseAddress('2001:db8::1')).toEqual(parseAddress('2001:0DB8:0:0:0:0:0:1'));
    expect(parseAddress('fe80::1%eth0')).toEqual(parseAddress('fe80::1'));
    expect(parseAddress('64:ff9b::192.0.2.1')).toEqual(parseAddress('64:ff9b::c000:201'));
    expect(parseAddress('::')).toEqual({ family: 6, bits: 0n });
  });

  it('refuses what is neither', () => {
    const wrong = ['', '1.2.3', '1.2.3.256', '01.2.3.4', '1:2:3:4:5:6:7', ':::', '1::2::3', 'g::1'];
    for (const text of [...wrong, '1:2:3:4:5:6:7:8:9', '::1.2.3', '1.2.3.4::', 'localhost']) {
      expect(parseAddress(text), text).toBeNull();
    }
  });

  it('reads every IPv4 address as its number, and never throws', () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), (n) => {
        const text = [24, 16, 8, 0].map((shift) => (n >>> shift) & 255).join('.');
        expect(parseAddress(text)?.bits).toBe(BigInt(n));
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => void parseAddress(text)));
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        expect(parseAddress(text)).not.toBeNull();
      }),
    );
  });
});

describe('prefixes', () => {
  it('cover what lies between their first and last address, in their own family', () => {
    const plant = parsePrefix('10.1.0.0/16')!;
    expect([firstOf(plant), lastOf(plant)]).toEqual([0x0a010000n, 0x0a01ffffn]);
    expect(covers(plant, parseAddress('10.1.255.255')!)).toBe(true);
    expect(covers(plant, parseAddress('10.2.0.0')!)).toBe(false);
    expect(covers(parsePrefix('0.0.0.0/0')!, parseAddress('::1')!)).toBe(false);
    expect(covers(parsePrefix('2001:db8::/32')!, parseAddress('2001:db8:1::5')!)).toBe(true);
    expect(covers(parsePrefix('192.0.2.7')!, parseAddress('192.0.2.7')!)).toBe(true);
  });

  it('are refused when they do not fit or have host bits', () => {
    for (const text of [
      '10.0.0.1/8',
      '10.0.0.0/33',
      '10.0.0.0/',
      '10.0.0.0/8/8',
      'x/8',
      '::/129',
    ]) {
      expect(parsePrefix(text), text).toBeNull();
    }
  });
});
