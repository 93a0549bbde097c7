import { expect, test } from 'vitest';
import { Fault } from '@verity/protocol/faults';
import type { FaultCode, FaultDetails } from '@verity/protocol/faults';
import { readAnswer } from './answer';

const refusal = (code: FaultCode, details: FaultDetails = {}) => ({
  ok: false,
  problem: new Fault(code, 'why', details).toProblem(),
});

test('an acknowledged batch is accepted, one that was there already a duplicate', () => {
  expect(readAnswer({ ok: true, value: { seq: 3 } })).toBe('accepted');
  expect(readAnswer(refusal('duplicate'))).toBe('duplicate');
});

test.each(['invalid-input', 'too-large', 'replayed', 'out-of-order', 'too-late'] as const)(
  '%s will never be taken',
  (code) => expect(readAnswer(refusal(code))).toEqual({ outcome: 'refused', detail: 'why' }),
);

test.each(['back-pressure', 'unavailable', 'internal', 'token-expired'] as const)(
  '%s passes',
  (code) => expect(readAnswer(refusal(code))).toMatchObject({ outcome: 'retry' }),
);

test('the wait that the server names is kept, but not beyond a minute', () => {
  expect(readAnswer(refusal('too-fast', { retryAfterSeconds: 2 }))).toMatchObject({
    outcome: 'retry',
    retryAfterMs: 2000,
  });
  expect(readAnswer(refusal('too-fast', { retryAfterSeconds: 1e9 }))).toMatchObject({
    retryAfterMs: 60_000,
  });
});

test('no acknowledgement, or one that cannot be read, leaves the batch to be sent again', () => {
  for (const ack of [undefined, null, 'ok', 1]) {
    expect(readAnswer(ack)).toMatchObject({ outcome: 'retry' });
  }
});
