// The rolling context of a facility: the last 60 seconds, in order, each window once.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { NetworkWindow } from '@verity/protocol/network/schemas';
import { CONTEXT_SECONDS, rollingContext } from './network-context';

const START = Date.parse('2026-11-21T12:00:00.000Z');
const windowAt = (second: number, sensor = 'tap-1'): NetworkWindow => ({
  facility_id: 'plant-a',
  sensor,
  from: new Date(START + second * 1000).toISOString(),
  to: new Date(START + (second + 1) * 1000).toISOString(),
  packets_per_sec: second,
  bytes_per_sec: 0,
  unique_src_ips: 0,
  unique_dest_ips: 0,
  protocol_distribution: {},
  failed_connections: 0,
  raw_features: {},
});

it('is the same in whatever order and however often windows arrive', () => {
  const seconds = fc.array(fc.nat(200), { maxLength: 80 });
  fc.assert(
    fc.property(seconds, seconds, (first, second) => {
      const all = [...first, ...second].map((each) => windowAt(each));
      const once = rollingContext([], all);
      const twice = rollingContext(
        rollingContext(
          [],
          first.map((each) => windowAt(each)),
        ),
        all,
      );
      expect(twice).toEqual(once);
      const ends = once.map(({ to }) => Date.parse(to));
      expect(ends).toEqual([...new Set(ends)].sort((a, b) => a - b));
      const span = ends.length ? ends.at(-1)! - ends[0]! : 0;
      expect(span).toBeLessThan(CONTEXT_SECONDS * 1000);
    }),
  );
});

it('keeps the windows of several sensors side by side', () => {
  const windows = rollingContext([windowAt(1, 'tap-1')], [windowAt(1, 'tap-2'), windowAt(70)]);
  expect(windows).toHaveLength(1);
  expect(rollingContext([windowAt(1, 'tap-1')], [windowAt(1, 'tap-2')])).toHaveLength(2);
});
