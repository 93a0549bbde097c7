// How strong a proof is, and what a challenge asks for.
import { describe, expect, it } from 'vitest';
import { acceptableAcr, acrOf, amrOf, isFresh } from './assurance';
import { ACR } from './schemas';

const nothing = { totpEnrolled: false, passkeyEnrolled: false };
const totp = { ...nothing, totpEnrolled: true };
const passkey = { ...nothing, passkeyEnrolled: true };

describe('the classes of proof', () => {
  it('are reached by the ways that the documents name', () => {
    expect(acrOf('password')).toBe('urn:verity:acr:pwd');
    expect(acrOf('totp')).toBe(acrOf('recovery_code'));
    expect(acrOf('passkey')).toBe('urn:verity:acr:phr');
    expect(amrOf(ACR.passkey)).toContain('mfa');
    expect(amrOf('urn:somebody:else')).toEqual(['pwd']);
  });

  it('are asked for strongest first, and never beyond what the person has', () => {
    expect(acceptableAcr(nothing)).toBe(ACR.password);
    expect(acceptableAcr(nothing, 'phr')).toBe(ACR.password);
    expect(acceptableAcr(totp, 'phr')).toBe(ACR.totp);
    expect(acceptableAcr({ ...totp, passkeyEnrolled: true })).toBe(`${ACR.passkey} ${ACR.totp}`);
    expect(acceptableAcr(passkey, 'phr')).toBe(ACR.passkey);
  });
});

describe('fresh proof', () => {
  const wanted = { maxAgeSeconds: 300, acr: 'otp' } as const;
  const proof = { ...nothing, acr: ACR.password as string, authTimeMs: 0 };

  it('is good to the last second and no longer', () => {
    expect(isFresh(wanted, proof, 300_000)).toBe(true);
    expect(isFresh(wanted, proof, 300_001)).toBe(false);
  });

  it('is as strong as the person can give', () => {
    expect(isFresh(wanted, { ...proof, ...totp }, 0)).toBe(false);
    expect(isFresh(wanted, { ...proof, ...totp, acr: ACR.totp }, 0)).toBe(true);
    expect(isFresh(wanted, { ...proof, ...passkey, acr: ACR.totp }, 0)).toBe(true);
    expect(isFresh({ ...wanted, acr: 'phr' }, { ...proof, ...passkey, acr: ACR.totp }, 0)).toBe(
      false,
    );
    expect(isFresh(wanted, { ...proof, ...passkey, acr: 'urn:unknown' }, 0)).toBe(false);
  });
});
