import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decode, encodeConnect, encodeEvent } from './socket-io-codec';

test('the frames of a connection are read', () => {
  expect(decode('0{"sid":"x","upgrades":[],"pingInterval":25000,"pingTimeout":20000}')).toEqual({
    type: 'open',
    pingInterval: 25_000,
    pingTimeout: 20_000,
  });
  expect(decode('2')).toEqual({ type: 'ping' });
  expect(decode('40{"sid":"y"}')).toEqual({ type: 'connected' });
  expect(decode('42["pong",{"now":1}]')).toEqual({
    type: 'event',
    name: 'pong',
    payload: { now: 1 },
  });
  expect(decode('437[{"ok":true}]')).toEqual({ type: 'ack', id: 7, answer: { ok: true } });
  expect(decode('44{"message":"no","data":{"code":"session-ended"}}')).toEqual({
    type: 'connect_error',
    message: 'no',
    data: { code: 'session-ended' },
  });
  expect(decode('41')).toEqual({ type: 'closed' });
  expect(decode('1')).toEqual({ type: 'closed' });
});

test('frames are written as Socket.IO expects them', () => {
  expect(encodeConnect({ token: 'abc' })).toBe('40{"token":"abc"}');
  expect(encodeEvent('behavioral_data', { seq: 1 }, 12)).toBe('4212["behavioral_data",{"seq":1}]');
});

test('garbage is ignored, never thrown', () => {
  const nearly = fc
    .tuple(
      fc.constantFrom('0', '1', '2', '4', '40', '41', '42', '43', '431', '44', '45', '6', ''),
      fc.oneof(fc.string(), fc.json(), fc.constantFrom('{', '[', '[1', 'null', '[null]', '{"a":')),
    )
    .map(([head, tail]) => head + tail);
  fc.assert(
    fc.property(fc.oneof(nearly, fc.string(), fc.anything()), (frame) => {
      expect(decode(frame)).toHaveProperty('type');
    }),
    { numRuns: 2000 },
  );
});

test('whatever an event carries is read back as it was written', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.jsonValue(), (name, payload) => {
      const frame = `42${JSON.stringify([name, payload])}`;
      expect(decode(frame)).toEqual({
        type: 'event',
        name,
        payload: JSON.parse(JSON.stringify(payload)) as unknown,
      });
    }),
  );
});
