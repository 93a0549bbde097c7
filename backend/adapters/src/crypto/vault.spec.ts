// The vault.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createVault } from './vault';

const vault = createVault('a1'.repeat(32));

describe('createVault', () => {
  it('opens what it sealed, whatever that is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (plain) => {
        expect(new Uint8Array(vault.open('totp', vault.seal('totp', plain)))).toEqual(plain);
      }),
      { numRuns: 50 },
    );
  });

  it('opens nothing for another purpose or under another master key', () => {
    const sealed = vault.seal('totp', Buffer.from('secret'));
    expect(() => vault.open('signing-key', sealed)).toThrow(/cannot be opened/);
    expect(() => createVault('b2'.repeat(32)).open('totp', sealed)).toThrow(/cannot be opened/);
  });

  it('notices any changed character', () => {
    const sealed = vault.seal('totp', Buffer.from('a secret of some length'));
    for (let index = 0; index < sealed.length - 1; index++) {
      const changed = sealed[index] === 'A' ? 'B' : 'A';
      const forged = sealed.slice(0, index) + changed + sealed.slice(index + 1);
      expect(() => vault.open('totp', forged), `at ${index}`).toThrow();
    }
  });

  it('refuses a tag that was cut short', () => {
    const [version, nonce] = vault.seal('totp', Buffer.from('x')).split('.');
    expect(() => vault.open('totp', `${version}.${nonce}.AAAA`)).toThrow(/cannot be opened/);
    expect(() => vault.open('totp', '')).toThrow(/cannot be opened/);
  });
});
