// The encoding of ECDSA signatures.
import { generateKeyPairSync, sign, verify } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isDerSignature } from './ecdsa-signature';

it.each(['P-256', 'P-384'])('takes what %s signs', (namedCurve) => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve });
  for (let number = 0; number < 200; number++) {
    expect(isDerSignature(sign('sha256', Buffer.from(String(number)), privateKey))).toBe(true);
  }
});

it('takes no second way of writing a signature: every change of it is refused, or is another signature', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const text = Buffer.from('text');
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const signature = sign('sha256', text, privateKey);
      const index = at % signature.length;
      signature[index] = (signature[index] ?? 0) ^ change;
      expect(isDerSignature(signature) && verify('sha256', text, publicKey, signature)).toBe(false);
    }),
  );
});

it('refuses what is cut, longer, or no signature at all', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 140 }), (bytes) => {
      if (isDerSignature(bytes)) expect([bytes[0], bytes[1]]).toEqual([0x30, bytes.length - 2]);
    }),
  );
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signature = sign('sha256', Buffer.from('text'), privateKey);
  for (let end = 0; end < signature.length; end++) {
    expect(isDerSignature(signature.subarray(0, end))).toBe(false);
  }
  expect(isDerSignature(Buffer.concat([signature, Buffer.from([0])]))).toBe(false);
});
