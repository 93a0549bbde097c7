// Seals small secrets at rest: AES-256-GCM under a key per purpose, derived from the master key (HKDF-SHA256).
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { Fault } from '@verity/protocol/faults';
import type { Vault } from '@verity/domain/identity/ports';

/** Format, joined by dots: version, nonce (12 bytes), ciphertext with its tag (16 bytes) at the end; base64url. */
const VERSION = 'v1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** `masterKey` is 32 bytes in hex. */
export function createVault(masterKey: string): Vault {
  const master = Buffer.from(masterKey, 'hex');
  if (master.length !== 32) throw new Fault('invalid-input', 'The master key must be 32 bytes.');
  const keys = new Map<string, Buffer>();
  const keyFor = (purpose: string): Buffer => {
    let key = keys.get(purpose);
    if (!key) {
      key = Buffer.from(hkdfSync('sha256', master, 'verity vault', purpose, 32));
      keys.set(purpose, key);
    }
    return key;
  };

  return {
    seal(purpose, plain) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', keyFor(purpose), nonce);
      cipher.setAAD(Buffer.from(`${VERSION} ${purpose}`));
      const sealed = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
      return `${VERSION}.${nonce.toString('base64url')}.${sealed.toString('base64url')}`;
    },

    /** Throws `internal` when the value was sealed by another master key, for another purpose, or was changed. */
    open(purpose, sealed) {
      const [version, nonce, body] = sealed
        .split('.')
        .map((part) => Buffer.from(part, 'base64url'));
      if (!sealed.startsWith(`${VERSION}.`) || !version || !nonce || !body)
        throw unreadable(purpose);
      if (nonce.length !== NONCE_BYTES || body.length < TAG_BYTES) throw unreadable(purpose);
      const decipher = createDecipheriv('aes-256-gcm', keyFor(purpose), nonce, {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(Buffer.from(`${VERSION} ${purpose}`));
      decipher.setAuthTag(body.subarray(-TAG_BYTES));
      try {
        return Buffer.concat([decipher.update(body.subarray(0, -TAG_BYTES)), decipher.final()]);
      } catch (cause) {
        throw unreadable(purpose, cause);
      }
    },
  };
}

const unreadable = (purpose: string, cause?: unknown): Fault =>
  new Fault('internal', `A sealed value (${purpose}) cannot be opened.`, {
    fix: 'Start with the MASTER_KEY under which this data was written.',
    cause,
  });
