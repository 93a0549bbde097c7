// Ed25519 against the vectors of RFC 8032, HMAC against those of RFC 4231, and what is made in one call against the rest.
import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hmacSha512, logIdentity, sha256, sha256Hex, verifyEd25519 } from './audit-crypto';

/** RFC 8032 section 7.1, TEST 2. */
const SEED = '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb';
const PUBLIC = '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c';
const SIGNATURE =
  '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
  '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00';
const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

it('makes the key and the signature of the vector, and refuses every other', async () => {
  const identity = logIdentity('log.example', bytes(SEED));
  expect(Buffer.from(identity.key.key).toString('hex')).toBe(PUBLIC);
  const signature = await identity.sign(bytes('72'));
  expect(Buffer.from(signature).toString('hex')).toBe(SIGNATURE);
  expect(verifyEd25519(bytes(PUBLIC), bytes('72'), signature)).toBe(true);
  expect(verifyEd25519(bytes(PUBLIC), bytes('73'), signature)).toBe(false);
  expect(verifyEd25519(bytes(PUBLIC), bytes('72'), signature.slice(1))).toBe(false);
});

it.each([
  // RFC 4231 sections 4.2 and 4.3.
  [
    '0b'.repeat(20),
    'Hi There',
    '87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854',
  ],
  [
    '4a656665',
    'what do ya want for nothing?',
    '164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737',
  ],
])('authenticates as the vector of the key %s', (key, message, code) => {
  expect(Buffer.from(hmacSha512(bytes(key), message)).toString('hex')).toBe(code);
});

it('authenticates and hashes whatever text there is, one after the other', () => {
  const key = fc.uint8Array({ maxLength: 128 });
  const text = fc.string({ unit: 'binary', maxLength: 600 });
  fc.assert(
    fc.property(key, text, (secret, message) => {
      const code = createHmac('sha512', secret).update(message).digest();
      expect(code.equals(hmacSha512(secret, message))).toBe(true);
      const plain = Buffer.from(message);
      const digest = createHash('sha256').update(plain).digest();
      expect(digest.equals(sha256(plain))).toBe(true);
      expect(sha256Hex(plain)).toBe(digest.toString('hex'));
    }),
  );
  expect(() => hmacSha512(new Uint8Array(129), '')).toThrow(RangeError);
});
