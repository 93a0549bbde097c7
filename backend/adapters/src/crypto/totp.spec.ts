// Authenticator codes.
import { generateSync } from 'otplib';
import { describe, expect, it } from 'vitest';
import { totp } from './totp';

const at = new Date('2026-05-04T12:00:10.000Z');
const now = Math.floor(at.getTime() / 30_000);

describe('totp', () => {
  it('takes the code of this step and of one to either side, and says which it was', () => {
    const secret = totp.newSecret();
    const codeAt = (step: number): string => generateSync({ secret, epoch: step * 30 });
    expect(totp.stepOf(secret, codeAt(now), at)).toBe(now);
    expect(totp.stepOf(secret, codeAt(now - 1), at)).toBe(now - 1);
    expect(totp.stepOf(secret, codeAt(now + 1), at)).toBe(now + 1);
    expect(totp.stepOf(secret, codeAt(now - 2), at)).toBeNull();
    expect(totp.stepOf(secret, codeAt(now + 2), at)).toBeNull();
  });

  it('names the account in what the app scans', () => {
    expect(totp.uri(totp.newSecret(), 'ann@example.org')).toMatch(
      /^otpauth:\/\/totp\/Verity:ann%40example\.org\?.*issuer=Verity/,
    );
  });
});
