// Session rights and live risk on a real Redis.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SessionRights } from '@verity/domain/identity/ports';
import type { DeviceId, SessionId } from '@verity/protocol/ids';
import { newId } from '../world';
import { createLiveRisk, riskKey } from './live-risk';
import { createSessionRightsCache, sessionKey } from './session-rights';
import { openTestRedis, person, session, type TestRedis } from './testing';

let test: TestRedis;
beforeEach(async () => {
  test = await openTestRedis();
});
afterEach(async () => {
  await test.close();
});

const rights = (
  rightsVersion: number,
  state: SessionRights['state'] = 'active',
): SessionRights => ({
  id: session,
  userId: person,
  userEmail: 'ada@example.com',
  role: 'user',
  groups: [],
  deviceId: newId<DeviceId>(),
  deviceTrusted: false,
  totpEnrolled: false,
  passkeyEnrolled: false,
  address: '192.0.2.1',
  state,
  stateReason: null,
  rightsVersion,
  acr: 'pwd',
  stepUpAt: null,
  startedAt: 0,
  expiresAt: 1,
  demo: false,
});

describe('session rights', () => {
  it('are read as they were put, and live an hour from the last reading', async () => {
    const cache = createSessionRightsCache(test.redis);
    expect(await cache.get(session)).toBeNull();
    const put = rights(1);
    await cache.put(put);
    expect(await cache.get(session)).toEqual(put);
    await test.redis.commands.expire(sessionKey(session), 100);
    await createSessionRightsCache(test.redis).get(session);
    expect(await test.redis.commands.ttl(sessionKey(session))).toBeGreaterThan(3_500);
  });

  it('never fall back to an older version, in whatever order they arrive', async () => {
    const cache = createSessionRightsCache(test.redis);
    await Promise.all([
      cache.put(rights(3, 'terminated')),
      cache.put(rights(2)),
      cache.put(rights(1)),
    ]);
    expect(await cache.get(session)).toMatchObject({ rightsVersion: 3, state: 'terminated' });
    await cache.put({ ...rights(3, 'terminated'), stateReason: 'said again' });
    expect(await cache.get(session)).toMatchObject({ stateReason: 'said again' });
  });

  it('count as lost when what lies there does not parse, and can be put again', async () => {
    const cache = createSessionRightsCache(test.redis);
    await test.redis.commands.set(sessionKey(session), '{"half');
    expect(await cache.get(session)).toBeNull();
    await cache.put(rights(1));
    expect(await cache.get(session)).toMatchObject({ rightsVersion: 1 });
  });

  it('are unavailable when Redis is away', async () => {
    const connections = test.connect();
    await connections.ready();
    connections.close();
    const cache = createSessionRightsCache(connections);
    await expect(cache.get(session)).rejects.toMatchObject({ code: 'unavailable' });
    await expect(cache.put(rights(1))).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('live risk', () => {
  it('answers for each session that is asked for, in order, null without a score', async () => {
    const live = createLiveRisk(test.redis);
    const score = { session_id: session, risk_score: 12 };
    await test.redis.commands.set(riskKey(session), JSON.stringify(score));
    const unknown = newId<SessionId>();
    expect(await live.get(session)).toEqual(score);
    expect(await live.many([unknown, session])).toEqual([null, score]);
    expect(await live.many([])).toEqual([]);
  });
});
