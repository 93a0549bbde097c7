import { expect, test } from 'vitest';
import { serverClock } from './clock';

test('jitter between the clocks does not move the times of events', () => {
  let server = 1_000_000;
  const toServerTime = serverClock(
    () => server,
    () => 500,
  );
  server += 200;
  expect(toServerTime(500)).toBe(1_000_000);
});

test('a clock that was corrected, or a machine that slept, is followed', () => {
  let server = 1_000_000;
  const toServerTime = serverClock(
    () => server,
    () => 500,
  );
  server += 60_000;
  expect(toServerTime(500)).toBe(1_060_000);
});
