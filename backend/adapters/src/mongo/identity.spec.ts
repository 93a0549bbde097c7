// People, devices, sessions and credentials in a real MongoDB.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiKeyId, DeviceId, NotificationId, SessionId, UserId } from '@verity/protocol/ids';
import type { SessionRecord, UserRecord } from '@verity/domain/identity/ports';
import { newId } from '../world';
import { mongoRepositories, type Repositories } from './repositories';
import { scratchDatabase, type ScratchDatabase } from './scratch';

let database: ScratchDatabase;
let store: Repositories;
const now = new Date('2026-03-01T12:00:00.000Z');
const later = (ms: number): Date => new Date(now.getTime() + ms);

beforeAll(async () => {
  database = await scratchDatabase();
  store = mongoRepositories(database.connection, { clock: () => now });
});
afterAll(() => database.drop());

function aUser(changes: Partial<UserRecord> = {}): UserRecord {
  const id = newId<UserId>();
  return {
    id,
    email: `${id}@example.org`,
    name: 'Ada',
    role: 'user',
    status: 'active',
    passwordHash: null,
    totp: null,
    totpDraft: null,
    recoveryCodeHashes: [],
    hours: new Array<number>(24).fill(0),
    demo: false,
    createdAt: now,
    lastSeenAt: null,
    ...changes,
  };
}

function aSession(changes: Partial<SessionRecord> = {}): SessionRecord {
  return {
    id: newId<SessionId>(),
    userId: newId<UserId>(),
    userEmail: 'ada@example.org',
    userName: 'Ada',
    role: 'user',
    deviceId: newId<DeviceId>(),
    deviceLabel: 'Firefox on Linux',
    deviceTrusted: false,
    totpEnrolled: false,
    address: '192.0.2.1',
    state: 'active',
    stateReason: null,
    rightsVersion: 1,
    riskScore: 5,
    band: 'low',
    acr: 'urn:verity:acr:password',
    stepUpAt: null,
    startedAt: now,
    lastSeenAt: now,
    endedAt: null,
    expiresAt: later(3_600_000),
    demo: false,
    ...changes,
  };
}

const trueOnes = (outcomes: boolean[]): number => outcomes.filter(Boolean).length;
const twenty = <T>(each: () => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: 20 }, each));

describe('people', () => {
  it('come back as they went in', async () => {
    const user = aUser({ totp: { sealedSecret: 's', lastStep: 7 }, recoveryCodeHashes: ['a'] });
    await store.users.add(user);
    expect(await store.users.byId(user.id)).toEqual(user);
    expect(await store.users.byEmail(user.email)).toEqual(user);
  });

  it('have one address each, whoever comes first', async () => {
    const email = 'one@example.org';
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, () => store.users.add(aUser({ email }))),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await expect(store.users.add(aUser({ email }))).rejects.toMatchObject({ code: 'conflict' });
  });

  it('are changed, and cannot be changed when they are not there', async () => {
    const user = aUser();
    await store.users.add(user);
    const totp = { sealedSecret: 'x', lastStep: 1 };
    expect(await store.users.change(user.id, { name: 'Grace', totp })).toMatchObject({
      name: 'Grace',
      totp,
    });
    expect(await store.users.change(user.id, { totp: null })).toMatchObject({ totp: null });
    const unsaid = { name: undefined, role: 'auditor' } as unknown as Partial<UserRecord>;
    expect(await store.users.change(user.id, unsaid)).toMatchObject({
      name: 'Grace',
      role: 'auditor',
    });
    expect(await store.users.change(user.id, {})).toMatchObject({ name: 'Grace' });
    await expect(store.users.change(newId(), { name: 'x' })).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  it('use one time step of their authenticator once', async () => {
    const user = aUser({ totp: { sealedSecret: 's', lastStep: 10 } });
    await store.users.add(user);
    expect(trueOnes(await twenty(() => store.users.takeTotpStep(user.id, 11)))).toBe(1);
    expect(await store.users.takeTotpStep(user.id, 11)).toBe(false);
    expect(await store.users.takeTotpStep(user.id, 12)).toBe(true);
  });

  it('use a recovery code once', async () => {
    const user = aUser({ recoveryCodeHashes: ['one', 'two'] });
    await store.users.add(user);
    expect(trueOnes(await twenty(() => store.users.takeRecoveryCode(user.id, 'one')))).toBe(1);
    expect((await store.users.byId(user.id))?.recoveryCodeHashes).toEqual(['two']);
  });

  it('have their hours counted', async () => {
    const user = aUser();
    await store.users.add(user);
    await twenty(() => store.users.countHour(user.id, 9, later(5)));
    const counted = await store.users.byId(user.id);
    expect(counted?.hours[9]).toBe(20);
    expect(counted?.lastSeenAt).toEqual(later(5));
  });

  it('are found by literal text, not by a pattern', async () => {
    await store.users.add(aUser({ name: 'Dot.Dash (Morse)' }));
    const find = async (q: string) => (await store.users.list({ q }, { limit: 10 })).total;
    expect(await find('dot.dash (m')).toBe(1);
    expect(await find('Dot.*Morse')).toBe(0);
  });

  it('never take an operator for a value', async () => {
    const operator = { $gt: '' } as unknown as string;
    const refused = { code: 'invalid-input' };
    await expect(store.users.byEmail(operator)).rejects.toMatchObject(refused);
    await expect(store.users.byId(operator as UserId)).rejects.toMatchObject(refused);
    await expect(store.apiKeys.byHash(operator)).rejects.toMatchObject(refused);
    await expect(store.invitations.take(operator)).rejects.toMatchObject(refused);
    await expect(store.refreshTokens.use(operator, now)).rejects.toMatchObject(refused);
    await expect(store.users.takeRecoveryCode(newId(), operator)).rejects.toMatchObject(refused);
    await expect(
      store.users.change(newId(), JSON.parse('{"__proto__":{"role":"admin"},"rank":1}') as object),
    ).rejects.toMatchObject(refused);
  });

  it('are listed in pages that neither skip nor repeat while people arrive', async () => {
    const q = 'paging.example';
    const add = (index: number) =>
      store.users.add(aUser({ email: `${index}@${q}`, createdAt: later(index * 1000) }));
    for (let index = 0; index < 12; index++) await add(index);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await store.users.list({ q }, { limit: 5, cursor });
      seen.push(...page.items.map(({ email }) => email));
      cursor = page.next_cursor ?? undefined;
      await add(100 + seen.length);
    } while (cursor);
    expect(seen).toEqual(Array.from({ length: 12 }, (_, index) => `${11 - index}@${q}`));
  });

  it('refuse a cursor that is none of this list', async () => {
    for (const cursor of ['', 'x', Buffer.from('["email","a","b"]').toString('base64url')]) {
      await expect(store.users.list({}, { limit: 5, cursor })).rejects.toMatchObject({
        code: 'invalid-input',
      });
    }
  });
});

describe('devices', () => {
  it('are known once a person and fingerprint', async () => {
    const device = {
      id: newId<DeviceId>(),
      userId: newId<UserId>(),
      fingerprintHash: 'f',
      label: 'Firefox',
      userAgent: 'UA',
      platform: 'Linux',
      screen: null,
      languages: ['en'],
      trusted: false,
      firstSeenAt: now,
      lastSeenAt: now,
    };
    await store.devices.add(device);
    expect(await store.devices.byFingerprint(device.userId, 'f')).toEqual(device);
    await expect(store.devices.add({ ...device, id: newId() })).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(await store.devices.change(device.id, { trusted: true })).toMatchObject({
      trusted: true,
    });
    expect(await store.devices.ofUser(device.userId)).toHaveLength(1);
    await store.devices.remove(device.id);
    expect(await store.devices.byId(device.id)).toBeNull();
  });
});

describe('sessions', () => {
  it('come back as they went in', async () => {
    const session = aSession();
    await store.sessions.add(session);
    expect(await store.sessions.byId(session.id)).toEqual(session);
  });

  it('raise their rights version with every change, however many change them at once', async () => {
    const session = aSession();
    await store.sessions.add(session);
    const versions = await twenty(async () => {
      const changed = await store.sessions.changeRights(session.id, { state: 'step_up' });
      return changed.rightsVersion;
    });
    expect(new Set(versions).size).toBe(20);
    expect(Math.max(...versions)).toBe(21);
  });

  it('stay ended', async () => {
    const session = aSession();
    await store.sessions.add(session);
    const ended = await store.sessions.changeRights(session.id, {
      state: 'terminated',
      endedAt: now,
    });
    expect(await store.sessions.changeRights(session.id, { state: 'active' })).toEqual(ended);
    await expect(store.sessions.changeRights(newId(), {})).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  it('show the newest score, and none once they have ended', async () => {
    const live = aSession();
    const ended = aSession({ state: 'logged_out' });
    await store.sessions.add(live);
    await store.sessions.add(ended);
    const note = (id: SessionId, riskScore: number, ms: number) => ({
      id,
      riskScore,
      band: 'high' as const,
      at: later(ms),
    });
    await store.sessions.noteActivity([note(live.id, 70, 2000), note(ended.id, 70, 2000)]);
    expect(await store.sessions.byId(live.id)).toMatchObject({ riskScore: 70, band: 'high' });
    // A request that was later than the newest batch neither hides nor touches the score.
    await store.sessions.noteActivity([{ id: live.id, at: later(3000) }]);
    await store.sessions.noteActivity([note(live.id, 40, 2500)]);
    expect(await store.sessions.byId(live.id)).toMatchObject({
      riskScore: 40,
      lastSeenAt: later(3000),
    });
    expect(await store.sessions.byId(ended.id)).toMatchObject({ riskScore: 5 });
  });

  it('are listed by state, person and words, in each order, page by page', async () => {
    const userId = newId<UserId>();
    for (let index = 0; index < 7; index++) {
      await store.sessions.add(
        aSession({
          userId,
          userName: 'Katherine Johnson',
          riskScore: index % 3,
          startedAt: later(index),
          state: index === 6 ? 'expired' : 'restricted',
        }),
      );
    }
    for (const sort of ['risk', 'last_seen', 'started'] as const) {
      const first = await store.sessions.list({ userId, state: 'live', sort }, { limit: 4 });
      const cursor = first.next_cursor ?? undefined;
      const second = await store.sessions.list(
        { userId, state: 'live', sort },
        { limit: 4, cursor },
      );
      expect([first.total, first.items.length, second.items.length]).toEqual([6, 4, 2]);
      expect(second.next_cursor).toBeNull();
      expect(new Set([...first.items, ...second.items].map(({ id }) => id)).size).toBe(6);
    }
    expect(await store.sessions.list({ q: 'KATHERINE' }, { limit: 1 })).toMatchObject({ total: 7 });
    expect(await store.sessions.liveOfUser(userId)).toHaveLength(6);
    const live = [];
    for await (const session of store.sessions.live())
      if (session.userId === userId) live.push(session);
    expect(live).toHaveLength(6);
    const counts = await store.liveSessions.counts();
    expect(counts.byState.restricted).toBe(6);
    expect(counts.total).toBe(Object.values(counts.byBand).reduce((sum, n) => sum + n, 0));
    expect((await store.liveSessions.needingSomebody(3)).map(({ state }) => state)).toContain(
      'restricted',
    );
  });
});

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
    await store.invitations.add(invitation);
    expect(await store.invitations.byTokenHash('hash')).toEqual(invitation);
    expect(trueOnes(await twenty(() => store.invitations.take('hash')))).toBe(1);
    await store.invitations.add({ ...invitation, tokenHash: 'old', expiresAt: now });
    expect(await store.invitations.take('old')).toBe(false);
  });

  it('rotate a refresh token once; any later use is reuse', async () => {
    const session = newId<SessionId>();
    await store.refreshTokens.add({ hash: 'r', session, expiresAt: later(1000) });
    const outcomes = await twenty(() => store.refreshTokens.use('r', now));
    expect(outcomes.filter(({ outcome }) => outcome === 'rotated')).toHaveLength(1);
    expect(outcomes.filter(({ outcome }) => outcome === 'reused')).toHaveLength(19);
    expect(await store.refreshTokens.use('r', later(2000))).toEqual({ outcome: 'unknown' });
    await store.refreshTokens.removeOfSession(session);
    expect(await store.refreshTokens.use('r', now)).toEqual({ outcome: 'unknown' });
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
    await store.apiKeys.add(key);
    expect(await store.apiKeys.byHash('k')).toEqual(key);
    await store.apiKeys.noteUse(key.id, later(10));
    await store.apiKeys.noteUse(key.id, later(20));
    expect((await store.apiKeys.list())[0]?.lastUsedAt).toEqual(later(10));
    await store.apiKeys.revoke(key.id, later(30));
    expect(await store.apiKeys.revoke(key.id, later(40))).toMatchObject({ revokedAt: later(30) });
    expect(await store.apiKeys.revoke(newId(), now)).toBeNull();
  });

  it('drop signing keys that are long retired', async () => {
    const key = (kid: string, retireAt: Date) => ({
      kid,
      publicJwk: { kty: 'EC', crv: 'P-256' },
      sealedPrivateKey: 'sealed',
      createdAt: now,
      retireAt,
    });
    await store.signingKeys.add(key('a', later(-1)));
    await store.signingKeys.add(key('b', later(1)));
    expect(await store.signingKeys.removeRetired(now)).toBe(1);
    expect(await store.signingKeys.list()).toEqual([key('b', later(1))]);
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
    await store.notifications.add(first);
    await store.notifications.add(second);
    await store.notifications.add(second);
    expect(await store.notifications.unread(userId)).toBe(2);
    expect((await store.notifications.list(userId, {}, { limit: 5 })).items).toEqual([
      second,
      first,
    ]);
    await store.notifications.markRead(newId(), undefined, now);
    await store.notifications.markRead(userId, [first.id], now);
    const unread = await store.notifications.list(userId, { unread: true }, { limit: 5 });
    expect(unread.items.map(({ id }) => id)).toEqual([second.id]);
    await store.notifications.markRead(userId, undefined, now);
    expect(await store.notifications.unread(userId)).toBe(0);
  });
});
