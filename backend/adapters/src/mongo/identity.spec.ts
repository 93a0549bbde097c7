// People, devices and sessions in a real MongoDB.
import { describe, expect, it } from 'vitest';
import type { DeviceId, SessionId, UserId } from '@verity/protocol/ids';
import type { UserRecord } from '@verity/domain/identity/ports';
import { newId } from '../world';
import { aSession, aUser, later, now } from './scratch-records';
import { scratchStores } from './spec-stores';

const { stores } = scratchStores();

const trueOnes = (outcomes: boolean[]): number => outcomes.filter(Boolean).length;
const twenty = <T>(each: () => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: 20 }, each));

describe('people', () => {
  it('come back as they went in', async () => {
    const user = aUser({ totp: { sealedSecret: 's', lastStep: 7 }, recoveryCodeHashes: ['a'] });
    await stores().users.add(user);
    expect(await stores().users.byId(user.id)).toEqual(user);
    expect(await stores().users.byEmail(user.email)).toEqual(user);
  });

  it('have one address each, whoever comes first', async () => {
    const email = 'one@example.org';
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, () => stores().users.add(aUser({ email }))),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await expect(stores().users.add(aUser({ email }))).rejects.toMatchObject({ code: 'conflict' });
  });

  it('are changed, and cannot be changed when they are not there', async () => {
    const user = aUser();
    await stores().users.add(user);
    const totp = { sealedSecret: 'x', lastStep: 1 };
    expect(await stores().users.change(user.id, { name: 'Grace', totp })).toMatchObject({
      name: 'Grace',
      totp,
    });
    expect(await stores().users.change(user.id, { totp: null })).toMatchObject({ totp: null });
    const unsaid = { name: undefined, role: 'auditor' } as unknown as Partial<UserRecord>;
    expect(await stores().users.change(user.id, unsaid)).toMatchObject({
      name: 'Grace',
      role: 'auditor',
    });
    expect(await stores().users.change(user.id, {})).toMatchObject({ name: 'Grace' });
    await expect(stores().users.change(newId(), { name: 'x' })).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  it('use one time step of their authenticator once', async () => {
    const user = aUser({ totp: { sealedSecret: 's', lastStep: 10 } });
    await stores().users.add(user);
    expect(trueOnes(await twenty(() => stores().users.takeTotpStep(user.id, 11)))).toBe(1);
    expect(await stores().users.takeTotpStep(user.id, 11)).toBe(false);
    expect(await stores().users.takeTotpStep(user.id, 12)).toBe(true);
  });

  it('use a recovery code once', async () => {
    const user = aUser({ recoveryCodeHashes: ['one', 'two'] });
    await stores().users.add(user);
    expect(trueOnes(await twenty(() => stores().users.takeRecoveryCode(user.id, 'one')))).toBe(1);
    expect((await stores().users.byId(user.id))?.recoveryCodeHashes).toEqual(['two']);
  });

  it('have their hours counted', async () => {
    const user = aUser();
    await stores().users.add(user);
    await twenty(() => stores().users.countHour(user.id, 9, later(5)));
    const counted = await stores().users.byId(user.id);
    expect(counted?.hours[9]).toBe(20);
    expect(counted?.lastSeenAt).toEqual(later(5));
  });

  it('are found by literal text, not by a pattern', async () => {
    await stores().users.add(aUser({ name: 'Dot.Dash (Morse)' }));
    const find = async (q: string) => (await stores().users.list({ q }, { limit: 10 })).total;
    expect(await find('dot.dash (m')).toBe(1);
    expect(await find('Dot.*Morse')).toBe(0);
  });

  it('never take an operator for a value', async () => {
    const operator = { $gt: '' } as unknown as string;
    const refused = { code: 'invalid-input' };
    await expect(stores().users.byEmail(operator)).rejects.toMatchObject(refused);
    await expect(stores().users.byId(operator as UserId)).rejects.toMatchObject(refused);
    await expect(stores().apiKeys.byHash(operator)).rejects.toMatchObject(refused);
    await expect(stores().invitations.take(operator)).rejects.toMatchObject(refused);
    await expect(stores().refreshTokens.use(operator, now)).rejects.toMatchObject(refused);
    await expect(stores().users.takeRecoveryCode(newId(), operator)).rejects.toMatchObject(refused);
    await expect(
      stores().users.change(
        newId(),
        JSON.parse('{"__proto__":{"role":"admin"},"rank":1}') as object,
      ),
    ).rejects.toMatchObject(refused);
  });

  it('are listed in pages that neither skip nor repeat while people arrive', async () => {
    const q = 'paging.example';
    const add = (index: number) =>
      stores().users.add(aUser({ email: `${index}@${q}`, createdAt: later(index * 1000) }));
    for (let index = 0; index < 12; index++) await add(index);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await stores().users.list({ q }, { limit: 5, cursor });
      seen.push(...page.items.map(({ email }) => email));
      cursor = page.next_cursor ?? undefined;
      await add(100 + seen.length);
    } while (cursor);
    expect(seen).toEqual(Array.from({ length: 12 }, (_, index) => `${11 - index}@${q}`));
  });

  it('refuse a cursor that is none of this list', async () => {
    for (const cursor of ['', 'x', Buffer.from('["email","a","b"]').toString('base64url')]) {
      await expect(stores().users.list({}, { limit: 5, cursor })).rejects.toMatchObject({
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
    await stores().devices.add(device);
    expect(await stores().devices.byFingerprint(device.userId, 'f')).toEqual(device);
    await expect(stores().devices.add({ ...device, id: newId() })).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(await stores().devices.change(device.id, { trusted: true })).toMatchObject({
      trusted: true,
    });
    expect(await stores().devices.ofUser(device.userId)).toHaveLength(1);
    await stores().devices.remove(device.id);
    expect(await stores().devices.byId(device.id)).toBeNull();
  });
});

describe('sessions', () => {
  it('come back as they went in', async () => {
    const session = aSession();
    await stores().sessions.add(session);
    expect(await stores().sessions.byId(session.id)).toEqual(session);
  });

  it('raise their rights version with every change, however many change them at once', async () => {
    const session = aSession();
    await stores().sessions.add(session);
    const versions = await twenty(async () => {
      const changed = await stores().sessions.changeRights(session.id, { state: 'step_up' });
      return changed.rightsVersion;
    });
    expect(new Set(versions).size).toBe(20);
    expect(Math.max(...versions)).toBe(21);
  });

  it('stay ended', async () => {
    const session = aSession();
    await stores().sessions.add(session);
    const ended = await stores().sessions.changeRights(session.id, {
      state: 'terminated',
      endedAt: now,
    });
    expect(await stores().sessions.changeRights(session.id, { state: 'active' })).toEqual(ended);
    await expect(stores().sessions.changeRights(newId(), {})).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  it('show the newest score, also the one that ended them', async () => {
    const live = aSession();
    const ended = aSession({ state: 'logged_out' });
    await stores().sessions.add(live);
    await stores().sessions.add(ended);
    const note = (id: SessionId, riskScore: number, ms: number) => ({
      id,
      riskScore,
      band: 'high' as const,
      at: later(ms),
    });
    await stores().sessions.noteActivity([note(live.id, 70, 2000), note(ended.id, 70, 2000)]);
    expect(await stores().sessions.byId(live.id)).toMatchObject({ riskScore: 70, band: 'high' });
    // A request that was later than the newest batch neither hides nor touches the score.
    await stores().sessions.noteActivity([{ id: live.id, at: later(3000) }]);
    await stores().sessions.noteActivity([note(live.id, 40, 2500)]);
    expect(await stores().sessions.byId(live.id)).toMatchObject({
      riskScore: 40,
      lastSeenAt: later(3000),
    });
    expect(await stores().sessions.byId(ended.id)).toMatchObject({ riskScore: 70 });
  });

  it('are listed by state, person and words, in each order, page by page', async () => {
    const userId = newId<UserId>();
    for (let index = 0; index < 7; index++) {
      await stores().sessions.add(
        aSession({
          userId,
          userName: 'Katherine Johnson',
          // Of most nothing has been scored yet.
          riskScore: index % 3 || null,
          band: index % 3 ? 'low' : null,
          startedAt: later(index),
          state: index === 6 ? 'expired' : 'restricted',
        }),
      );
    }
    for (const sort of ['risk', 'last_seen', 'started'] as const) {
      const filter = { userId, state: 'live', sort } as const;
      // By risk the last two have no score: a page that ends before the first of them, and one that ends with it.
      for (const limit of [4, 5]) {
        const first = await stores().sessions.list(filter, { limit });
        const cursor = first.next_cursor ?? undefined;
        const second = await stores().sessions.list(filter, { limit, cursor });
        const got = [first.total, first.items.length, second.items.length];
        expect(got).toEqual([6, limit, 6 - limit]);
        expect(second.next_cursor).toBeNull();
        expect(new Set([...first.items, ...second.items].map(({ id }) => id)).size).toBe(6);
      }
    }
    const riskiest = await stores().sessions.list({ userId, state: 'live' }, { limit: 6 });
    expect(riskiest.items.map(({ riskScore }) => riskScore)).toEqual([2, 2, 1, 1, null, null]);
    expect(await stores().sessions.list({ q: 'KATHERINE' }, { limit: 1 })).toMatchObject({
      total: 7,
    });
    expect(await stores().sessions.liveOfUser(userId)).toHaveLength(6);
    const live = [];
    for await (const session of stores().sessions.live())
      if (session.userId === userId) live.push(session);
    expect(live).toHaveLength(6);
    const counts = await stores().liveSessions.counts();
    expect(counts.byState.restricted).toBe(6);
    const inBands = Object.values(counts.byBand).reduce((sum, n) => sum + n, 0);
    expect(counts.total - inBands, 'not scored yet').toBe(2);
    expect((await stores().liveSessions.needingSomebody(3)).map(({ state }) => state)).toContain(
      'restricted',
    );
  });
});
