// Applications behind the real door: keys with scopes, sessions handed over, decisions, and what one may not see of another.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApplicationSession, CollectorGrant } from '@verity/protocol/applications/schemas';
import { ACR, APPLICATION_SCOPES } from '@verity/protocol/identity/schemas';
import { openPlatform, type Platform, type Visitor } from './spec-platform';

let platform: Platform;
let admin: Visitor;

beforeAll(async () => {
  platform = await openPlatform();
  await platform.person('admin@spec.example', 'admin');
  admin = await platform.visit('admin@spec.example');
});
afterAll(() => platform.close());

interface Registered {
  id: string;
  key: string;
  keyId: string;
  call(method: string, path: string, body?: unknown): ReturnType<Platform['call']>;
}

const withKey =
  (key: string) =>
  (method: string, path: string, body?: unknown): ReturnType<Platform['call']> =>
    platform.call(method, path, { headers: { authorization: `ApiKey ${key}` }, body });

async function application(
  handle: string,
  scopes: readonly string[] = APPLICATION_SCOPES,
): Promise<Registered> {
  const origins = [`https://${handle}.example`];
  const made = await admin.call('POST', '/api/v1/applications', { name: handle, handle, origins });
  expect(made.status, made.text).toBe(200);
  const id = String(made.json.id);
  const keyed = await admin.call('POST', `/api/v1/applications/${id}/keys`, {
    name: 'server',
    scopes,
    days: 30,
  });
  expect(keyed.status, keyed.text).toBe(200);
  const { key, api_key } = keyed.json as { key: string; api_key: { id: string } };
  return { id, key, keyId: api_key.id, call: withKey(key) };
}

const somebody = (id: string, changes: object = {}) => ({
  user: { id, name: 'Some Body' },
  device: { id: 'cookie-1', platform: 'Linux', screen: '1440x900', languages: ['en'] },
  address: '203.0.113.9',
  user_agent: 'Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0',
  ...changes,
});

async function handedOver(app: Registered, id: string, changes: object = {}) {
  const answer = await app.call('POST', '/api/v1/sessions', somebody(id, changes));
  expect(answer.status, answer.text).toBe(200);
  return answer.json as unknown as { session: ApplicationSession; collector: CollectorGrant };
}

describe('handing over a session', () => {
  it('opens a session with all its signals, under the name that the application gave', async () => {
    const app = await application('shop');
    const { session, collector } = await handedOver(app, 'u-1');
    expect(session).toMatchObject({ external_user_id: 'u-1', state: 'active', ended_at: null });
    expect(session, 'nothing has been scored yet').toMatchObject({ risk_score: null, band: null });
    expect(collector.script).toBe('https://verity.test/collector.js');
    const record = await platform.stores.sessions.byId(session.id);
    expect(record).toMatchObject({
      userEmail: 'u-1@shop',
      applicationId: app.id,
      address: '203.0.113.9',
      deviceLabel: 'Firefox on Linux',
    });
    const sources = () =>
      platform.published
        .filter(({ payload }) => 'session_id' in payload && payload.session_id === session.id)
        .flatMap(({ payload }) => ('observations' in payload ? payload.observations : []))
        .map(({ source }) => source);
    await expect.poll(sources).toEqual(expect.arrayContaining(['device', 'address']));
  });

  it('knows the user and the device again', async () => {
    const app = await application('again');
    const [first, second] = [await handedOver(app, 'u-1'), await handedOver(app, 'u-1')];
    const [one, two] = await Promise.all(
      [first, second].map(({ session }) => platform.stores.sessions.byId(session.id)),
    );
    expect(two?.userId).toBe(one?.userId);
    expect(two?.deviceId).toBe(one?.deviceId);
  });

  it('keeps users of two applications apart that have one id', async () => {
    const [one, other] = [await application('one'), await application('other')];
    const [mine, theirs] = [await handedOver(one, 'same'), await handedOver(other, 'same')];
    const [a, b] = await Promise.all(
      [mine, theirs].map(({ session }) => platform.stores.sessions.byId(session.id)),
    );
    expect(a?.userId).not.toBe(b?.userId);
  });

  it('makes one person of twenty sessions that come at once', async () => {
    const app = await application('burst');
    const all = await Promise.all(Array.from({ length: 20 }, () => handedOver(app, 'new')));
    const records = await Promise.all(
      all.map(({ session }) => platform.stores.sessions.byId(session.id)),
    );
    expect(new Set(records.map((record) => record?.userId)).size).toBe(1);
  });

  it('makes nobody who could sign in, be reset, or be given a role', async () => {
    const app = await application('nosignin');
    const { session } = await handedOver(app, 'eve@example.org');
    const record = await platform.stores.sessions.byId(session.id);
    const login = await platform.call('POST', '/api/v1/auth/login', {
      body: { email: 'eve@example.org@nosignin', password: 'a password of some length' },
    });
    expect(login.status).toBe(400);
    const reset = await admin.call('POST', `/api/v1/users/${record?.userId}/reset`, {
      reason: 'try it',
    });
    expect(reset).toMatchObject({ status: 409 });
    const promoted = await admin.call('PATCH', `/api/v1/users/${record?.userId}`, {
      role: 'admin',
    });
    expect(promoted).toMatchObject({ status: 409 });
    const people = await admin.call('GET', '/api/v1/users?q=nosignin');
    expect(people.json.total).toBe(0);
  });

  it.each([
    ['an address that is none', { address: 'somewhere' }, '/address'],
    ['a user without an id', { user: { id: '' } }, '/user/id'],
    ['control characters', { user: { id: 'a\u0000b' } }, '/user/id'],
    ['a screen that is none', { device: { id: 'x', screen: 'wide' } }, '/device/screen'],
    ['what it does not know', { role: 'admin' }, ''],
  ])('refuses %s and says where', async (_what, changes, path) => {
    const app = await application(`bad${Math.abs(path.length * 7 + _what.length)}`);
    const answer = await app.call('POST', '/api/v1/sessions', somebody('u', changes));
    expect(answer.status).toBe(400);
    expect(answer.json.issues).toContainEqual(expect.objectContaining({ path }));
  });
});

describe('an application', () => {
  it('learns of a session of another one only that it is not there', async () => {
    const [mine, theirs] = [await application('mine'), await application('theirs')];
    const { session } = await handedOver(theirs, 'u-1');
    const path = `/api/v1/sessions/${session.id}`;
    const tries = await Promise.all([
      mine.call('GET', path),
      mine.call('GET', `${path}/risk`),
      mine.call('GET', `${path}/decisions`),
      mine.call('POST', `${path}/token`),
      mine.call('POST', `${path}/proof`, { method: 'totp' }),
      mine.call('POST', `${path}/decision`, { sensitivity: 'low' }),
      mine.call('DELETE', path),
    ]);
    expect(tries.map(({ status }) => status)).toEqual(tries.map(() => 404));
    const listed = await mine.call('GET', '/api/v1/sessions?state=live');
    expect(listed.json.total).toBe(0);
    const exported = await mine.call('GET', '/api/v1/sessions/export');
    expect(exported.text).not.toContain(session.id);
    expect((await theirs.call('GET', path)).status).toBe(200);
  });

  it('cannot see sessions of Verity itself', async () => {
    const app = await application('curious');
    const answer = await app.call('GET', `/api/v1/sessions/${admin.signedIn.session.id}`);
    expect(answer.status).toBe(404);
  });

  it('does only what its scopes name', async () => {
    const app = await application('reader', ['risk:read']);
    const refused = await app.call('POST', '/api/v1/sessions', somebody('u'));
    expect(refused.status).toBe(403);
    expect(refused.json.fix).toContain('sessions:write');
    expect((await app.call('GET', '/api/v1/policies/current')).status).toBe(403);
  });

  it('is refused from the moment its leaked key is revoked, in the middle of its work', async () => {
    const app = await application('leaked');
    const { session } = await handedOver(app, 'u-1');
    const path = `/api/v1/sessions/${session.id}/decision`;
    expect((await app.call('POST', path, { sensitivity: 'low' })).status).toBe(200);
    expect((await admin.call('DELETE', `/api/v1/api-keys/${app.keyId}`)).status).toBe(200);
    const after = await Promise.all(
      Array.from({ length: 10 }, () => app.call('POST', path, { sensitivity: 'low' })),
    );
    expect(after.map(({ status }) => status)).toEqual(after.map(() => 401));
  });

  it('works with both keys while they overlap, and with the new one alone after', async () => {
    const app = await application('rotating');
    const path = `/api/v1/applications/${app.id}/keys/${app.keyId}/rotate`;
    const rotated = await admin.call('POST', path, { overlap_minutes: 10 });
    expect(rotated.status, rotated.text).toBe(200);
    const next = withKey(String(rotated.json.key));
    const list = '/api/v1/sessions?state=live';
    expect((await app.call('GET', list)).status).toBe(200);
    expect((await next('GET', list)).status).toBe(200);
    platform.pass(11 * 60_000);
    expect((await app.call('GET', list)).status).toBe(401);
    expect((await next('GET', list)).status).toBe(200);
  });

  it('takes its sessions and keys along when it is removed', async () => {
    const app = await application('leaving');
    const { session } = await handedOver(app, 'u-1');
    const removed = await admin.call('DELETE', `/api/v1/applications/${app.id}`, {
      reason: 'no longer used',
    });
    expect(removed.json).toMatchObject({ sessions_ended: 1 });
    expect((await app.call('GET', '/api/v1/sessions')).status).toBe(401);
    const record = await platform.stores.sessions.byId(session.id);
    expect(record?.state).toBe('terminated');
  });

  it('cannot take a handle or an origin of another one', async () => {
    await application('taken');
    const body = { name: 'x', handle: 'taken', origins: [] };
    expect((await admin.call('POST', '/api/v1/applications', body)).status).toBe(409);
    const origins = ['https://taken.example'];
    const other = await admin.call('POST', '/api/v1/applications', {
      name: 'x',
      handle: 'xother',
      origins,
    });
    expect(other.status).toBe(409);
  });

  it.each(['https://a.example/path', 'http://a.example', 'a.example', 'https://a.example/', '*'])(
    'cannot name the origin %s',
    async (origin) => {
      const answer = await admin.call('POST', '/api/v1/applications', {
        name: 'x',
        handle: 'origin',
        origins: [origin],
      });
      expect(answer.status).toBe(400);
      expect(answer.json.issues).toContainEqual(expect.objectContaining({ path: '/origins/0' }));
    },
  );
});

describe('a decision', () => {
  it('follows the policy, the score and the state of the session', async () => {
    const app = await application('deciding');
    const { session } = await handedOver(app, 'u-1');
    const ask = async (sensitivity: string) =>
      (await app.call('POST', `/api/v1/sessions/${session.id}/decision`, { sensitivity })).json;
    expect(await ask('high')).toMatchObject({ effect: 'allow', rule_id: 'otherwise-allow' });
    await platform.life.change(session.id, {
      state: 'step_up',
      reason: 'Somebody asked.',
      by: 'system:spec',
    });
    expect(await ask('low')).toMatchObject({ effect: 'step_up', reasons: ['Somebody asked.'] });
    const proof = await app.call('POST', `/api/v1/sessions/${session.id}/proof`, {
      method: 'totp',
    });
    expect(proof.json).toMatchObject({ state: 'active', acr: ACR.totp });
    expect(await ask('high')).toMatchObject({ effect: 'allow' });
    await platform.life.end(session.id, {
      state: 'terminated',
      reason: 'An admin ended it.',
      by: 'system:spec',
    });
    expect(await ask('low')).toMatchObject({
      effect: 'terminate',
      reasons: ['An admin ended it.'],
    });
    const renewed = await app.call('POST', `/api/v1/sessions/${session.id}/token`);
    expect(renewed.json).toMatchObject({ status: 401, code: 'session-ended' });
  });

  it('weighs where the request comes from when the application says so', async () => {
    const app = await application('travelling');
    const { session } = await handedOver(app, 'u-1');
    const path = `/api/v1/sessions/${session.id}/decision`;
    const ask = async (address?: string) =>
      (await app.call('POST', path, { sensitivity: 'low', address })).json;
    const nothingKnown = { effect: 'allow', risk_score: null, band: null };
    expect(await ask()).toMatchObject(nothingKnown);
    expect(await ask('203.0.113.77')).toMatchObject(nothingKnown);
    expect((await ask('198.51.100.9')).risk_score).toBeGreaterThan(10);
    await platform.redis.commands.set(
      `risk:${session.id}`,
      JSON.stringify({ log_odds: 0, contributions: [] }),
    );
    expect(await ask()).toMatchObject({ risk_score: 50, band: 'medium' });
    expect((await ask('198.51.100.9')).risk_score).toBeGreaterThan(50);
    const wrong = await app.call('POST', path, { sensitivity: 'low', address: 'here' });
    expect(wrong.json).toMatchObject({ code: 'invalid-input' });
    expect(wrong.text).toContain('must be an IPv4 or IPv6 address');
  });

  it('takes no proof of long ago, and none from the future', async () => {
    const app = await application('proving');
    const { session } = await handedOver(app, 'u-1');
    const prove = (ms: number) =>
      app.call('POST', `/api/v1/sessions/${session.id}/proof`, {
        method: 'password',
        at: new Date(platform.now().getTime() + ms).toISOString(),
      });
    expect((await prove(-10 * 60_000)).json.code).toBe('too-late');
    expect((await prove(5 * 60_000)).json.code).toBe('from-the-future');
    expect((await prove(-1_000)).status).toBe(200);
  });

  it('ends with the user signing out of the application', async () => {
    const app = await application('leave');
    const { session } = await handedOver(app, 'u-1');
    const out = await app.call('DELETE', `/api/v1/sessions/${session.id}`);
    expect(out.json).toMatchObject({ state: 'logged_out' });
  });
});

describe('a collector token', () => {
  it('is refused at every HTTP door', async () => {
    const app = await application('tokenonly');
    const { collector } = await handedOver(app, 'u-1');
    for (const path of ['/api/v1/me', '/api/v1/me/risk', '/api/v1/sessions']) {
      const answer = await platform.call('GET', path, {
        headers: { authorization: `Bearer ${collector.token}` },
      });
      expect(answer.status, path).toBe(401);
    }
  });
});
