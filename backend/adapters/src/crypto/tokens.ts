// Secrets that are handed out once: random, kept only as their hash.
import { createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import type { SecretTokens } from '@verity/domain/identity/ports';

/** Crockford's base32: no I, L, O, U to be misread. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** 80 bits as four groups of four: 16 characters of five bits. */
const recoveryCode = (): string =>
  [...randomBytes(16)]
    .map((byte) => ALPHABET[byte & 31])
    .join('')
    .replace(/(.{4})(?!$)/g, '$1-');

/** `masterKey` is 32 bytes in hex. */
export function createSecretTokens(masterKey: string): SecretTokens {
  const chain = Buffer.from(
    hkdfSync('sha256', Buffer.from(masterKey, 'hex'), 'verity tokens', 'refresh successor', 32),
  );
  return {
    make: (prefix = '') => prefix + randomBytes(32).toString('base64url'),
    successor: (token) => createHmac('sha256', chain).update(token).digest('base64url'),
    recoveryCodes: () => Array.from({ length: 10 }, recoveryCode),
    hash: (token) => createHash('sha256').update(token).digest('hex'),
  };
}
