// Ed25519 against the vectors of RFC 8032.
import { expect, it } from 'vitest';
import { logIdentity, verifyEd25519 } from './audit-crypto';

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
