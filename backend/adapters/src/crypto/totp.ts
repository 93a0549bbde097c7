// One-time codes of authenticator apps (RFC 6238) by otplib.
import { generateSecret, generateURI, verifySync } from 'otplib';
import type { Totp } from '@verity/domain/identity/ports';

const STEP_SECONDS = 30;

export const totp: Totp = {
  newSecret: () => generateSecret({ length: 20 }),

  uri: (secret, account) => generateURI({ issuer: 'Verity', label: account, secret }),

  stepOf(secret, code, at) {
    const epoch = Math.floor(at.getTime() / 1000);
    const result = verifySync({
      secret,
      token: code,
      epoch,
      period: STEP_SECONDS,
      // One step to either side, for clocks that are not quite right.
      epochTolerance: STEP_SECONDS,
    });
    return result.valid ? Math.floor(epoch / STEP_SECONDS) + result.delta : null;
  },
};
