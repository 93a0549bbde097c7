// The cryptography of the verifier: audited JavaScript for hashes and signatures, WebCrypto for what it decrypts; the
// same in Node and in browsers.
import { ed25519 } from '@noble/curves/ed25519';
import { sha256 } from '@noble/hashes/sha256';
import type { CheckTools } from '@verity/domain/audit/check-receipt';

export const tools: CheckTools = {
  sha256: (bytes) => sha256(bytes),
  /** RFC 8032: no small-order keys, no S that is too large. */
  verify(key, message, signature) {
    try {
      return ed25519.verify(signature, message, key, { zip215: false });
    } catch {
      return false; // Key or signature are no points of the curve.
    }
  },
  // Pages have it only over HTTPS or from disk.
  open: globalThis.crypto?.subtle ? openAesGcm : undefined,
};

async function openAesGcm(
  key: Uint8Array,
  iv: Uint8Array,
  aad: Uint8Array,
  sealed: Uint8Array,
): Promise<Uint8Array | null> {
  const { subtle } = globalThis.crypto;
  const held = await subtle.importKey('raw', own(key), 'AES-GCM', false, ['decrypt']);
  const how = { name: 'AES-GCM', iv: own(iv), additionalData: own(aad), tagLength: 128 };
  try {
    return new Uint8Array(await subtle.decrypt(how, held, own(sealed)));
  } catch (error) {
    if (error instanceof DOMException && error.name === 'OperationError') return null;
    throw error;
  }
}

/** WebCrypto takes no bytes that lie in shared memory: a copy never does. */
const own = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => Uint8Array.from(bytes);
