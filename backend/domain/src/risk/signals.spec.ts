// Specs of the signals around a session.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Observation } from '@verity/protocol/risk/messages';
import {
  addressSignal,
  concurrentSignal,
  deviceSignal,
  failedLoginsSignal,
  hourSignal,
  networkOf,
  replaySignal,
  verdictSignal,
} from './signals';

describe('networkOf', () => {
  it.each([
    ['203.0.113.77', '203.0.113.0/24'],
    ['::ffff:203.0.113.77', '203.0.113.0/24'],
    ['2001:db8:12:3400::1', '2001:db8:12::/48'],
    ['2001:0DB8:0012::', '2001:db8:12::/48'],
    ['::1', '0:0:0::/48'],
    ['fe80::1%eth0', 'fe80:0:0::/48'],
    ['unknown', 'unknown'],
  ])('puts %s into %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  it('takes any text without throwing', () => {
    fc.assert(fc.property(fc.string(), (text) => typeof networkOf(text) === 'string'));
  });
});

describe('hourSignal', () => {
  const office = Array.from({ length: 24 }, (_, h) => (h >= 8 && h < 18 ? 20 : 0));

  it('says nothing before the fifth sign-in', () => {
    expect(hourSignal(new Array<number>(24).fill(0), 3)).toBeNull();
  });

  it('finds the middle of the night odd for somebody who works by day', () => {
    expect(hourSignal(office, 3)?.weight).toBeGreaterThan(0.3);
    expect(hourSignal(office, 11)?.weight).toBeLessThan(0);
  });

  it('is sure of itself only with a history', () => {
    const few = office.map((n) => (n > 0 ? 1 : 0));
    expect(hourSignal(few, 3)!.weight).toBeLessThan(hourSignal(office, 3)!.weight);
  });
});

describe('signals', () => {
  it('are observations that fit the bus, whatever the facts', () => {
    const facts = fc.record({
      isNew: fc.boolean(),
      trusted: fc.boolean(),
      isFirst: fc.boolean(),
      changed: fc.array(fc.constantFrom('screen', 'platform', 'languages'), { maxLength: 9 }),
      known: fc.boolean(),
      knownNetwork: fc.boolean(),
      count: fc.nat(10_000),
      networks: fc.nat(100),
    });
    fc.assert(
      fc.property(facts, (f) => {
        for (const seen of [
          deviceSignal(f),
          addressSignal(f),
          failedLoginsSignal(f.count),
          concurrentSignal(f.count, f.networks),
          replaySignal(),
          verdictSignal('not_me', 'user'),
        ]) {
          if (seen) expect(Observation.parse(seen)).toEqual(seen);
        }
      }),
    );
  });

  it('grow with what they count', () => {
    expect(failedLoginsSignal(1)).toBeNull();
    expect(failedLoginsSignal(9)!.weight).toBeGreaterThan(failedLoginsSignal(3)!.weight);
    expect(concurrentSignal(3, 3).weight).toBeGreaterThan(concurrentSignal(3, 1).weight);
    expect(concurrentSignal(1, 1).weight).toBe(0);
  });
});
