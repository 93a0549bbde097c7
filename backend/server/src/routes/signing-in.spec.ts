// Signing in, refreshing, signing out: over HTTP with a real Redis and MongoDB.
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FindingMessage } from '@verity/protocol/risk/messages';
import { until } from '@verity/adapters/redis/testing';
import { cookieOf, openPlatform, PASSWORD, type Platform } from './spec-platform';

let platform: Platform;
beforeAll(async () => {
  platform = await openPlatform();
});
afterAll(() => platform.close());

const login = (email: string, password: string, address: string, path = '/api/v1/auth/login') =>
  platform.call('POST', path, {
    headers: { 'x-forwarded-for': address },
    body: { email, password },
  });

const refresh = (cookie: string, address = '198.51.100.1') =>
  platform.call('POST', '/api/v1/auth/refresh', {
    headers: { cookie, 'x-forwarded-for': address },
  });

const actions = (subject: string): string[] =>
  platform.published
    .filter((each) => each.stream === 'stream:forensics')
    .map((each) => each.payload as { subject: string; action: string })
    .filter((each) => each.subject === subject)
    .map((each) => each.action);

describe('signing in', () => {
  it('answers token, person and session, and keeps the refresh token in a cookie of its own path', async () => {
    await platform.person('ann@example.org');
    for (const path of ['/api/v1/auth/login', '/api-login']) {
      const answer = await login('Ann@Example.org', PASSWORD, '203.0.113.1', path);
      expect(answer.json).toMatchObject({
        token_type: 'Bearer',
        expires_in: 3600,
        user: { email: 'ann@example.org', role: 'user' },
        session: { state: 'active', address: '203.0.113.1', acr: 'urn:verity:acr:pwd' },
      });
      expect(answer.text).not.toMatch(/passwordHash|argon2/);
      expect(answer.headers.get('set-cookie')).toMatch(
        /^verity_refresh=[\w-]{43}; Max-Age=43\d{3}; Path=\/api\/v1\/auth; HttpOnly; Secure; SameSite=Strict$/,
      );
    }
  });

  it('tells the score what it saw, and the other sessions that they have company', async () => {
    await platform.person('bob@example.org');
    const first = await platform.visit('bob@example.org');
    const second = await platform.visit('bob@example.org', {
      body: { device: { fingerprint: 'b'.repeat(22) } },
    });
    const findings = (id: string) =>
      platform.published
        .map((each) => each.payload as FindingMessage)
        .filter((each) => each.session_id === id && 'cause' in each);
    await until(() => findings(first.signedIn.session.id).length === 2);
    const [signIn, company] = findings(first.signedIn.session.id);
    expect(signIn?.cause).toBe('sign_in');
    expect(signIn?.observations.map((each) => each.source)).toEqual([
      'device',
      'address',
      'concurrent_sessions',
    ]);
    expect(company).toMatchObject({
      cause: 'concurrent',
      observations: [{ source: 'concurrent_sessions' }],
    });
    const news = await first.call('GET', '/api/v1/me/notifications');
    expect(news.json).toMatchObject({
      unread: 1,
      items: [{ kind: 'new_device', session_id: second.signedIn.session.id }],
    });
  });

  it('has one answer for an unknown person, a wrong password, an invited and a disabled person', async () => {
    const disabled = await platform.person('dis@example.org');
    await platform.stores.users.change(disabled.id, { status: 'disabled' });
    await platform.issued.invite({ email: 'inv@example.org', name: 'Inv', role: 'user' });
    const answers = await Promise.all([
      login('nobody@example.org', PASSWORD, '203.0.113.2'),
      login('ann@example.org', 'wrong password', '203.0.113.3'),
      login('inv@example.org', PASSWORD, '203.0.113.4'),
      login('dis@example.org', PASSWORD, '203.0.113.5'),
    ]);
    const bare = answers.map(({ status, json }) => ({ status, ...json, instance: '' }));
    expect(new Set(bare.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(bare[0]).toMatchObject({ status: 401, code: 'wrong-credentials' });
    const why = platform.published.filter((each) => JSON.stringify(each).includes('login_failed'));
    expect(JSON.stringify(why)).not.toContain('nobody@example.org');
  });

  it('takes as long for an unknown person as for a wrong password', async () => {
    const measure = async (email: string, network: string): Promise<number> => {
      const times: number[] = [];
      for (let i = 0; i < 12; i++) {
        const started = performance.now();
        await login(email.replace('#', String(i % 4)), 'wrong password', `${network}.${i}`);
        times.push(performance.now() - started);
      }
      return times.sort((a, b) => a - b)[6] ?? 0;
    };
    for (let i = 0; i < 4; i++) await platform.person(`known${i}@example.org`);
    const known = await measure('known#@example.org', '192.0.2');
    const unknown = await measure('unknown#@example.org', '198.18.0');
    // Both contain one Argon2id; without it an answer takes a tenth of that. Wide, since machines are busy.
    expect(unknown / known).toBeGreaterThan(0.4);
    expect(unknown / known).toBeLessThan(2.5);
  });

  it('throttles an account by whatever address, reports the burst, and tells its live sessions', async () => {
    const cat = await platform.person('cat@example.org');
    const live = await platform.visit('cat@example.org');
    for (let i = 0; i < 5; i++) await login('cat@example.org', 'wrong password', `192.0.2.${i}`);
    const refused = await login('cat@example.org', PASSWORD, '192.0.2.77');
    expect(refused.json.code).toBe('too-fast');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    const unknown = await Promise.all(
      [1, 2, 3, 4, 5, 6].map((i) => login('noone@example.org', 'wrong', `192.0.3.${i}`)),
    );
    expect(unknown.filter((each) => each.json.code === 'too-fast').length).toBeGreaterThan(0);
    await until(() => {
      const text = JSON.stringify(platform.published);
      return text.includes('failed_login_burst') && text.includes('"failed_login"');
    });
    const burst = platform.published.find((each) => each.stream === 'stream:alerts');
    expect(burst?.payload).toMatchObject({ kind: 'failed_login_burst', user_id: cat.id });
    const failed = platform.published.filter(
      (each) => (each.payload as FindingMessage).cause === 'failed_login',
    );
    expect((failed[0]?.payload as FindingMessage).session_id).toBe(live.signedIn.session.id);
    expect(platform.lost).toEqual([]);
  });
});

describe('refreshing', () => {
  it('rotates the token, and ends the session when an old one comes back', async () => {
    await platform.person('eve@example.org');
    const { cookie, signedIn, call } = await platform.visit('eve@example.org');
    const second = await refresh(cookie);
    expect(second.status).toBe(200);
    expect(cookieOf(second)).not.toBe(cookie);
    const third = await refresh(cookieOf(second));
    expect(third.status).toBe(200);
    platform.pass(11_000);
    const stolen = await refresh(cookie);
    expect(stolen.json.code).toBe('refresh-reused');
    expect(cookieOf(stolen)).toBe('verity_refresh=');
    expect((await refresh(cookieOf(third))).json.code).toBe('not-signed-in');
    expect((await call('GET', '/api/v1/me')).json.code).toBe('session-ended');
    expect(platform.disconnected).toContain(signedIn.session.id);
    const subject = `session:${signedIn.session.id}`;
    await until(() => actions(subject).includes('session.terminated'));
    expect(actions(subject)).toEqual(['auth.login', 'auth.refresh_reused', 'session.terminated']);
  });

  it('gives a page that was reloaded meanwhile the same successor, while nobody has used it', async () => {
    await platform.person('fay@example.org');
    const { cookie } = await platform.visit('fay@example.org');
    const both = await Promise.all([refresh(cookie), refresh(cookie)]);
    expect(both.map((each) => each.status)).toEqual([200, 200]);
    expect(cookieOf(both[0])).toBe(cookieOf(both[1]));
    expect((await refresh(cookieOf(both[0]))).status).toBe(200);
    expect((await refresh(cookie)).json.code).toBe('refresh-reused');
  });

  it('refuses without a cookie, with a made-up one, after sign-out, and after the session has run out', async () => {
    expect((await refresh('')).json.code).toBe('not-signed-in');
    expect((await refresh(`verity_refresh=${'a'.repeat(43)}`)).json.code).toBe('not-signed-in');
    await platform.person('gus@example.org');
    const out = await platform.visit('gus@example.org');
    const answer = await out.call('POST', '/api/v1/auth/logout');
    expect(cookieOf(answer)).toBe('verity_refresh=');
    expect((await refresh(out.cookie)).json.code).toBe('not-signed-in');
    expect((await out.call('GET', '/api/v1/me')).json.code).toBe('session-ended');
    const idle = await platform.visit('gus@example.org');
    platform.pass(61 * 60_000);
    expect((await refresh(idle.cookie)).json.code).toBe('session-ended');
  });
});

describe('a session', () => {
  it('is known again after Redis has lost it, and stays ended when it was', async () => {
    await platform.person('hal@example.org');
    const live = await platform.visit('hal@example.org');
    const dead = await platform.visit('hal@example.org');
    await dead.call('POST', '/api/v1/auth/logout');
    for (const each of [live, dead]) {
      await platform.redis.commands.del(`session:${each.signedIn.session.id}`);
    }
    expect((await live.call('GET', '/api/v1/me')).status).toBe(200);
    expect((await dead.call('GET', '/api/v1/me')).json.code).toBe('session-ended');
  });

  it('goes on with its token when the signing key has changed', async () => {
    await platform.person('ida@example.org');
    const before = await platform.visit('ida@example.org');
    platform.pass(30 * 86_400_000);
    await platform.access.rotateWhenDue();
    expect(platform.access.jwks().keys.length).toBe(2);
    platform.pass(-30 * 86_400_000);
    expect((await before.call('GET', '/api/v1/me')).status).toBe(200);
  });
});

describe('without Redis', () => {
  it('every door is closed to everybody, and opens by itself when it is back', async () => {
    await platform.person('jan@example.org');
    const { call, cookie } = await platform.visit('jan@example.org');
    const away = once(platform.redis.commands, 'end');
    platform.redis.commands.disconnect();
    await away;
    const refused = await Promise.all([
      call('GET', '/api/v1/me'),
      call('POST', '/api/v1/auth/logout'),
      login('jan@example.org', PASSWORD, '203.0.113.60'),
      refresh(cookie),
    ]);
    expect(refused.map((each) => each.json.code)).toEqual(Array(4).fill('unavailable'));
    await platform.redis.commands.connect();
    expect((await call('GET', '/api/v1/me')).status).toBe(200);
  });
});
