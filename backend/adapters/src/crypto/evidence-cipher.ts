// The cipher of evidence: AES-256-GCM (NIST SP 800-38D) with an iv of 12 bytes and a tag of 16.
import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { OpenPorts, SealPorts } from '@verity/domain/audit/evidence';

const CIPHER = 'aes-256-gcm';
const TAG_BYTES = 16;

/** Throws `RangeError` for a key that has not 32 bytes. */
export const sealEvidence: SealPorts['seal'] = (key, iv, aad, plain) => {
  const cipher = createCipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(aad);
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
};

export const openSealedEvidence: OpenPorts['open'] = (key, iv, aad, sealed) => {
  if (sealed.length < TAG_BYTES) return null;
  const end = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES });
  decipher.setAAD(aad);
  decipher.setAuthTag(sealed.subarray(end));
  const plain = decipher.update(sealed.subarray(0, end));
  try {
    return Buffer.concat([plain, decipher.final()]);
  } catch {
    return null; // The tag does not fit: the one way that final() fails.
  }
};
