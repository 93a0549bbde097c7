// Secrets that are handed out once.
import { describe, expect, it } from 'vitest';
import { createSecretTokens } from './tokens';

const secretTokens = createSecretTokens('a1'.repeat(32));

describe('createSecretTokens', () => {
  it('makes 256 random bits that are safe in an address', () => {
    expect(secretTokens.make('vk_')).toMatch(/^vk_[A-Za-z0-9_-]{43}$/);
    expect(secretTokens.make()).not.toBe(secretTokens.make());
  });

  it('makes ten different recovery codes that a person can copy', () => {
    const codes = secretTokens.recoveryCodes();
    expect(new Set(codes).size).toBe(10);
    for (const code of codes)
      expect(code).toMatch(/^([0-9a-hj-km-np-tv-z]{4}-){3}[0-9a-hj-km-np-tv-z]{4}$/);
  });

  it('derives one successor, which nobody without the master key can', () => {
    const token = secretTokens.make();
    expect(secretTokens.successor(token)).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(secretTokens.successor(token)).toBe(secretTokens.successor(token));
    const others = createSecretTokens('b2'.repeat(32));
    expect(others.successor(token)).not.toBe(secretTokens.successor(token));
  });

  it('keeps SHA-256 in hex', () => {
    expect(secretTokens.hash('abc')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });
});
