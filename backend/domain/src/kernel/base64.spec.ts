// Base64 both ways, beside Node's own.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { base64Of, bytesOf } from './base64';

it('is what Node makes of the same bytes, and comes back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const text = base64Of(bytes);
      expect(text).toBe(Buffer.from(bytes).toString('base64'));
      expect(bytesOf(text)).toEqual(Uint8Array.from(bytes));
    }),
  );
});

it('takes more bytes than a call takes arguments', () => {
  const bytes = new Uint8Array(300_000).fill(200);
  expect(bytesOf(base64Of(bytes))).toEqual(bytes);
});

it('refuses what is no base64', () => {
  expect(() => bytesOf('not base64!')).toThrow();
});
