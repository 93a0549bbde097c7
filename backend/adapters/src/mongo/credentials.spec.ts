// Invitations, tokens, keys and notifications in a real MongoDB.
import { describe, expect, it } from 'vitest';
import type { ApiKeyId, NotificationId, SessionId, UserId } from '@verity/protocol/ids';
import { newId } from '../world';
import { later, now } from './scratch-records';
import { scratchStores } from './spec-stores';

const { stores } = scratchStores();

const trueOnes = (outcomes: boolean[]): number => outcomes.filter(Boolean).length;
const twenty = <T>(each: () => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: 20 }, each));

describe('credentials', () => {
  it('let exactly one caller take an invitation, and none an old one', async () => {
    const invitation = {
      tokenHash: 'hash',
      kind: 'invitation' as const,
      userId: null,
      email: 'new@example.org',
      role: 'user' as const,
      expiresAt: later(1000),
    };
    await stores().invitations.add(invitation);
    expect(await stores().invitations.byTokenHash('hash')).toEqual(invitation);
    expect(trueOnes(await twenty(() => stores().invitations.take('hash')))).toBe(1);
    await stores().invitations.add({ ...invitation, tokenHash: 'old', expiresAt: now });
    expect(await stores().invitations.take('old')).toBe(false);
  });

  it('rotate a refresh token once; any later use is reuse', async () => {
    const session = newId<SessionId>();
    await stores().refreshTokens.add({ hash: 'r', session, expiresAt: later(1000) });
    const outcomes = await twenty(() => stores().refreshTokens.use('r', now));
    expect(outcomes.filter(({ outcome }) => outcome === 'rotated')).toHaveLength(1);
    expect(outcomes.filter(({ outcome }) => outcome === 'reused')).toHaveLength(19);
    expect(await stores().refreshTokens.use('r', later(2000))).toEqual({ outcome: 'unknown' });
    await stores().refreshTokens.removeOfSession(session);
    expect(await stores().refreshTokens.use('r', now)).toEqual({ outcome: 'unknown' });
  });

  it('keep API keys revoked from the first time on', async () => {
    const key = {
      id: newId<ApiKeyId>(),
      name: 'Grafana',
      prefix: 'vk_12345',
      hash: 'k',
      scopes: ['metrics:read' as const],
      createdBy: 'admin@example.org',
      createdAt: now,
      expiresAt: later(1000),
      lastUsedAt: null,
      revokedAt: null,
    };
    await stores().apiKeys.add(key);
    expect(await stores().apiKeys.byHash('k')).toEqual(key);
    await stores().apiKeys.noteUse(key.id, later(10));
    await stores().apiKeys.noteUse(key.id, later(20));
    expect((await stores().apiKeys.list())[0]?.lastUsedAt).toEqual(later(10));
    await stores().apiKeys.revoke(key.id, later(30));
    expect(await stores().apiKeys.revoke(key.id, later(40))).toMatchObject({
      revokedAt: later(30),
    });
    expect(await stores().apiKeys.revoke(newId(), now)).toBeNull();
  });

  it('drop signing keys that are long retired', async () => {
    const key = (kid: string, retireAt: Date) => ({
      kid,
      publicJwk: { kty: 'EC', crv: 'P-256' },
      sealedPrivateKey: 'sealed',
      createdAt: now,
      retireAt,
    });
    await stores().signingKeys.add(key('a', later(-1)));
    await stores().signingKeys.add(key('b', later(1)));
    expect(await stores().signingKeys.removeRetired(now)).toBe(1);
    expect(await stores().signingKeys.list()).toEqual([key('b', later(1))]);
  });
});

describe('notifications', () => {
  it('are counted, listed and read', async () => {
    const userId = newId<UserId>();
    const notification = (ms: number) => ({
      id: newId<NotificationId>(),
      userId,
      kind: 'account' as const,
      title: 'Password changed',
      body: '',
      link: null,
      session_id: null,
      createdAt: later(ms),
      readAt: null,
    });
    const [first, second] = [notification(1), notification(2)];
    await stores().notifications.add(first);
    await stores().notifications.add(second);
    await stores().notifications.add(second);
    expect(await stores().notifications.unread(userId)).toBe(2);
    expect((await stores().notifications.list(userId, {}, { limit: 5 })).items).toEqual([
      second,
      first,
    ]);
    await stores().notifications.markRead(newId(), undefined, now);
    await stores().notifications.markRead(userId, [first.id], now);
    const unread = await stores().notifications.list(userId, { unread: true }, { limit: 5 });
    expect(unread.items.map(({ id }) => id)).toEqual([second.id]);
    await stores().notifications.markRead(userId, undefined, now);
    expect(await stores().notifications.unread(userId)).toBe(0);
  });
});
