// The ring of signing keys.
import { verify } from 'node:crypto';
import { ACR } from '@verity/protocol/identity/schemas';
import type { SessionId, UserId } from '@verity/protocol/ids';
import type { SigningKeys } from '@verity/domain/identity/ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MongoSigningKeys } from '../mongo/credentials';
import { scratchDatabase, type ScratchDatabase } from '../mongo/scratch';
import { openKeyRing, type KeyRingOptions } from './key-ring';
import { createVault } from './vault';

const vault = createVault('c3'.repeat(32));
const session = {
  id: 'sid' as SessionId,
  userId: 'uid' as UserId,
  role: 'user' as const,
  acr: ACR.passkey as string,
  startedAt: new Date('2026-01-01T00:00:00Z'),
  stepUpAt: new Date('2026-01-01T00:05:00Z'),
};

let database: ScratchDatabase;
let keys: SigningKeys;
beforeEach(async () => {
  database = await scratchDatabase();
  keys = new MongoSigningKeys(database.connection);
});
afterEach(() => database.drop());

function clockAt(start: string) {
  let now = Date.parse(start);
  return { clock: () => new Date(now), pass: (days: number) => (now += days * 86_400_000) };
}

const open = (keys: SigningKeys, clock: () => Date, more: Partial<KeyRingOptions> = {}) =>
  openKeyRing({
    keys,
    vault,
    clock,
    rotateDays: 30,
    accessMinutes: 60,
    issuer: 'https://verity.test',
    audience: 'verity',
    ...more,
  });

const headOf = (token: string): { kid: string; alg: string } =>
  JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as never;

describe('openKeyRing', () => {
  it('signs tokens that its published key verifies', async () => {
    const { clock } = clockAt('2026-01-01T00:00:00Z');
    const ring = await open(keys, clock);
    const { token, expiresInSeconds } = ring.sign(session);
    const [head, claims, signature] = token.split('.') as [string, string, string];
    const key = await ring.publicKey(headOf(token).kid);
    expect(expiresInSeconds).toBe(3600);
    expect(headOf(token).alg).toBe('ES256');
    expect(
      verify(
        'sha256',
        Buffer.from(`${head}.${claims}`),
        { key: key!, dsaEncoding: 'ieee-p1363' },
        Buffer.from(signature, 'base64url'),
      ),
    ).toBe(true);
    expect(ring.jwks().keys[0]).toMatchObject({
      kty: 'EC',
      crv: 'P-256',
      alg: 'ES256',
      use: 'sig',
    });
    expect(ring.jwks().keys[0]).not.toHaveProperty('d');
  });

  it('signs with a new key after its age while the old one still verifies, then forgets it', async () => {
    const { clock, pass } = clockAt('2026-01-01T00:00:00Z');
    const ring = await open(keys, clock);
    pass(29.99);
    const before = headOf(ring.sign(session).token).kid;
    await ring.rotateWhenDue();
    expect(ring.jwks().keys).toHaveLength(1);
    pass(0.01);
    await ring.rotateWhenDue();
    expect(ring.jwks().keys).toHaveLength(2);
    expect(headOf(ring.sign(session).token).kid).toBe(before);
    pass(0.01);
    expect(headOf(ring.sign(session).token).kid).not.toBe(before);
    expect(await ring.publicKey(before)).not.toBeNull();
    pass(1);
    await ring.rotateWhenDue();
    expect(await ring.publicKey(before)).toBeNull();
  });

  it('is one ring for two processes that start at once', async () => {
    const { clock } = clockAt('2026-01-01T00:00:00Z');
    const [one, other] = await Promise.all([open(keys, clock), open(keys, clock)]);
    await one.rotateWhenDue();
    await other.rotateWhenDue();
    expect(one.jwks()).toEqual(other.jwks());
    expect(headOf(one.sign(session).token).kid).toBe(headOf(other.sign(session).token).kid);
  });
});
