// The life of sessions over a real Redis and MongoDB: what is told, what is repeated, what runs out.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SessionId, UserId } from '@verity/protocol/ids';
import { openPlatform, type Platform } from './spec-platform';

let platform: Platform;
beforeAll(async () => {
  platform = await openPlatform();
});
afterAll(() => platform.close());

let people = 0;
async function session(): Promise<{ id: SessionId; user: UserId }> {
  const email = `life${(people += 1)}@example.org`;
  const { id: user } = await platform.person(email);
  const { signedIn } = await platform.visit(email);
  return { id: signedIn.session.id, user };
}

const told = (id: SessionId, event: string): number =>
  platform.announced.filter(
    (each) => each.event === event && JSON.stringify(each.payload).includes(id),
  ).length;
const noticesOf = async (user: UserId): Promise<string[]> =>
  (await platform.stores.notifications.list(user, {}, { limit: 10 })).items.map(
    (each) => each.kind,
  );

const challenge = { state: 'step_up', reason: 'unlike you', by: 'system:policy' } as const;
const end = { state: 'terminated', reason: 'enough', by: 'system:policy' } as const;

describe('a change', () => {
  it('is in the store of record and in the copy that requests read, with a higher version', async () => {
    const { id } = await session();
    const before = await platform.life.rightsNow(id);
    await platform.life.change(id, challenge);
    const after = await platform.life.rightsNow(id);
    expect(after).toMatchObject({ state: 'step_up', stateReason: 'unlike you' });
    expect(after?.rightsVersion).toBeGreaterThan(before?.rightsVersion ?? 0);
    expect((await platform.stores.sessions.byId(id))?.state).toBe('step_up');
  });

  it('is told once, unless it may be a second try', async () => {
    const { id, user } = await session();
    await platform.life.change(id, challenge);
    await platform.life.change(id, challenge);
    expect(await noticesOf(user)).toEqual(['step_up_required']);
    await platform.life.change(id, { ...challenge, again: true });
    expect(await noticesOf(user)).toEqual(['step_up_required', 'step_up_required']);
  });

  it('cannot wake a session that has ended', async () => {
    const { id } = await session();
    await platform.life.end(id, end);
    const after = await platform.life.change(id, { ...challenge, state: 'active' });
    expect(after?.state).toBe('terminated');
    expect(await platform.life.rightsNow(id)).toBeNull();
  });
});

describe('an end', () => {
  it('wins over changes that are made at the same moment', async () => {
    const { id } = await session();
    await Promise.all([
      platform.life.change(id, challenge),
      platform.life.end(id, end),
      platform.life.proveAgain(id, { method: 'totp', by: 'spec' }),
      platform.life.change(id, { ...challenge, state: 'restricted' }),
    ]);
    expect(await platform.life.rightsNow(id)).toBeNull();
    expect((await platform.stores.sessions.byId(id))?.state).toBe('terminated');
  });

  it('closes sockets each time that it is asked for, and is noticed once', async () => {
    const { id, user } = await session();
    await platform.life.end(id, end);
    await platform.life.end(id, end);
    expect(platform.disconnected.filter((each) => each === id)).toHaveLength(2);
    expect(await noticesOf(user)).toEqual(['session_terminated']);
    expect(told(id, 'admin_notification')).toBe(1);
  });

  it('repairs rights that were left behind in the copy', async () => {
    const { id } = await session();
    // As if the process had died after the first of the two writes.
    await platform.stores.sessions.changeRights(id, { state: 'terminated', stateReason: 'x' });
    expect(await platform.life.rightsNow(id)).not.toBeNull();
    await platform.life.end(id, { ...end, again: true });
    expect(await platform.life.rightsNow(id)).toBeNull();
  });
});

describe('time', () => {
  it('ends a session that is idle or has lived too long, and no other', async () => {
    const { id } = await session();
    const record = async () => (await platform.stores.sessions.byId(id))!;
    expect(await platform.life.expire(await record())).toBe(false);
    platform.pass(59 * 60_000);
    await platform.stores.sessions.noteActivity([{ id, at: platform.now() }]);
    platform.pass(59 * 60_000);
    expect(await platform.life.expire(await record())).toBe(false);
    platform.pass(2 * 60_000);
    expect(await platform.life.expire(await record())).toBe(true);
    expect(await record()).toMatchObject({
      state: 'expired',
      stateReason: 'No sign of life for 60 minutes.',
    });
    const old = await session();
    platform.pass(12 * 3_600_000);
    expect(await platform.life.rightsNow(old.id)).toBeNull();
  });
});
