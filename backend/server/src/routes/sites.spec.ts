// Protected sites: what a proxy is answered, and the one way of a browser into a site.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { SitePath } from '@verity/protocol/applications/site-routes';
import { openPlatform, type Platform, type Visitor } from './spec-platform';

const HOST = 'intranet.example';
const ORIGIN = `https://${HOST}`;

let platform: Platform;
let person: Visitor;

beforeAll(async () => {
  platform = await openPlatform();
  await platform.govern({
    resources: [
      {
        id: 'secret',
        name: 'What is secret',
        host: HOST,
        path_prefix: '/secret',
        sensitivity: 'high',
      },
    ],
  });
  await platform.person('admin@spec.example', 'admin');
  await platform.person('ann@spec.example');
  const admin = await platform.visit('admin@spec.example');
  for (const [handle, origins] of [
    ['intranet', [ORIGIN]],
    ['elsewhere', ['https://elsewhere.example']],
  ] as const) {
    const made = await admin.call('POST', '/api/v1/applications', {
      name: handle,
      handle,
      origins,
    });
    expect(made.status, made.text).toBe(200);
  }
  person = await platform.visit('ann@spec.example');
});
afterAll(() => platform.close());

/** As the proxy of a site asks. */
const proxied = (path: string, cookie = '', changes: Record<string, string> = {}) => ({
  'x-forwarded-proto': 'https',
  'x-forwarded-host': HOST,
  'x-forwarded-uri': path,
  'x-forwarded-method': 'GET',
  ...(cookie ? { cookie } : {}),
  ...changes,
});

const authorize = (path = '/', cookie = '', changes = {}) =>
  platform.call('GET', '/api/v1/authorize', { headers: proxied(path, cookie, changes) });

const setCookie = (headers: Headers, name: string): string =>
  new RegExp(`${name}=[^;]+`).exec(headers.get('set-cookie') ?? '')?.[0] ?? '';

async function begin(to = '/reports') {
  const path = `/api/v1/sites/start?to=${encodeURIComponent(to)}`;
  const started = await platform.call('GET', path, { headers: proxied(path) });
  expect(started.status, started.text).toBe(302);
  const location = new URL(started.headers.get('location') ?? '');
  const { origin, state } = Object.fromEntries(location.searchParams);
  return { location, origin, state, nonce: setCookie(started.headers, '__Host-verity_nonce') };
}

async function codeFor(visitor: Visitor, body: object): Promise<string> {
  const entered = await visitor.call('POST', '/api/v1/sites/enter', body);
  expect(entered.status, entered.text).toBe(200);
  return new URL(String(entered.json.location)).searchParams.get('code') ?? '';
}

const callback = (code: string, cookie: string, changes = {}) =>
  platform.call('GET', `/api/v1/sites/callback?code=${code}`, {
    headers: proxied('/.verity/callback', cookie, changes),
  });

async function cookieOf(visitor: Visitor): Promise<string> {
  const { origin, state, nonce } = await begin();
  const done = await callback(await codeFor(visitor, { origin, to: '/reports', state }), nonce);
  expect(done.status, done.text).toBe(302);
  expect(done.headers.get('location')).toBe('/reports');
  return setCookie(done.headers, '__Host-verity_site');
}

describe('authorize', () => {
  it('says where to sign in', async () => {
    const answer = await authorize('/reports?year=2');
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="verity"');
    expect(answer.headers.get('x-verity-action')).toBe('sign_in');
    expect(answer.headers.get('x-verity-location')).toBe('/.verity/start?to=%2Freports%3Fyear%3D2');
  });

  it('redirects by itself for proxies that pass the answer on', async () => {
    const answer = await platform.call('GET', '/api/v1/authorize?answer=redirect', {
      headers: proxied('/reports'),
    });
    expect(answer.status).toBe(302);
    expect(answer.headers.get('location')).toBe('/.verity/start?to=%2Freports');
  });

  it('lets the cookie of the site pass, and says who it is', async () => {
    const answer = await authorize('/reports', await cookieOf(person));
    expect(answer.status, answer.text).toBe(200);
    expect(answer.headers.get('x-verity-email')).toBe('ann@spec.example');
    expect(answer.headers.get('x-verity-session')).toBe(person.signedIn.session.id);
    // It has no score yet: said, so that nothing of the browser's own stands there.
    expect(answer.headers.get('x-verity-risk')).toBe('none');
    expect(answer.headers.get('x-verity-band')).toBe('none');
  });

  it('takes an access token as well', async () => {
    const authorization = `Bearer ${person.signedIn.token}`;
    expect((await authorize('/', '', { authorization })).status).toBe(200);
    expect((await authorize('/', '', { authorization: `${authorization}x` })).status).toBe(401);
  });

  it('closes when the proxy does not say what it asks about, or for a site that nobody registered', async () => {
    const cookie = await cookieOf(person);
    expect((await authorize('/', cookie, { 'x-forwarded-uri': '' })).status).toBe(403);
    expect((await authorize('/', cookie, { 'x-forwarded-method': '' })).status).toBe(403);
    expect((await authorize('/', cookie, { 'x-forwarded-host': 'nobody.example' })).status).toBe(
      403,
    );
    expect((await authorize('/', cookie, { 'x-forwarded-host': 'a@b/c' })).status).toBe(403);
  });

  it('does not take the cookie of one site at another', async () => {
    const cookie = await cookieOf(person);
    const answer = await authorize('/', cookie, { 'x-forwarded-host': 'elsewhere.example' });
    expect(answer.status).toBe(401);
  });

  it('asks for a step-up where the policy wants one, and when the session must', async () => {
    await platform.person('bea@spec.example');
    const bea = await platform.visit('bea@spec.example');
    const cookie = await cookieOf(bea);
    await platform.redis.commands.set(
      `risk:${bea.signedIn.session.id}`,
      JSON.stringify({
        risk_score: 40,
        log_odds: Math.log(40 / 60),
        contributions: [],
        band: 'medium',
      }),
    );
    const usual = await authorize('/reports', cookie);
    expect(usual.status).toBe(200);
    expect(usual.headers.get('x-verity-risk')).toBe('40');
    expect(usual.headers.get('x-verity-band')).toBe('medium');
    const sensitive = await authorize('/secret', cookie);
    expect(sensitive.status).toBe(401);
    expect(sensitive.headers.get('x-verity-action')).toBe('step_up');
    expect(sensitive.headers.get('x-verity-location')).toBe(
      '/.verity/start?to=%2Fsecret&step_up=1',
    );
    expect(sensitive.headers.get('www-authenticate')).toContain('insufficient_user_authentication');
    const reason = 'Asked by the spec.';
    await platform.life.change(bea.signedIn.session.id, { state: 'step_up', reason, by: 'spec' });
    const asked = await authorize('/reports', cookie);
    expect(asked.headers.get('x-verity-action')).toBe('step_up');
  });

  it('weighs where a request comes from when a trusted proxy says so', async () => {
    await platform.person('eve@spec.example');
    const eve = await platform.visit('eve@spec.example');
    const cookie = await cookieOf(eve);
    const risk = async (changes: Record<string, string>) =>
      (await authorize('/reports', cookie, changes)).headers.get('x-verity-risk');
    const unknown = await risk({});
    const usual = await risk({ 'x-forwarded-for': eve.address });
    const moved = await risk({ 'x-forwarded-for': '203.0.113.77' });
    // What the proxy does not say is not held against anybody.
    expect([unknown, usual]).toEqual(['none', 'none']);
    expect(Number(moved)).toBeGreaterThan(10);
  });

  it('lets a restricted session read what matters little, and nothing else', async () => {
    await platform.person('cid@spec.example');
    const cid = await platform.visit('cid@spec.example');
    const cookie = await cookieOf(cid);
    const reason = 'Asked by the spec.';
    await platform.life.change(cid.signedIn.session.id, {
      state: 'restricted',
      reason,
      by: 'spec',
    });
    expect((await authorize('/reports', cookie)).status).toBe(200);
    const writes = await authorize('/reports', cookie, { 'x-forwarded-method': 'POST' });
    expect(writes.status).toBe(403);
    expect(writes.headers.get('x-verity-action')).toBe('refuse');
    expect((await authorize('/secret', cookie)).status).toBe(403);
  });

  it('refuses from the moment the session is ended', async () => {
    await platform.person('dan@spec.example');
    const dan = await platform.visit('dan@spec.example');
    const cookie = await cookieOf(dan);
    expect((await authorize('/', cookie)).status).toBe(200);
    const reason = 'Ended by the spec.';
    await platform.life.end(dan.signedIn.session.id, { state: 'terminated', reason, by: 'spec' });
    expect((await authorize('/', cookie)).status).toBe(401);
  });
});

describe('the way into a site', () => {
  it('leads to Verity and back to the page', async () => {
    const { location, nonce } = await begin('/reports?year=2');
    expect(location.origin).toBe('https://verity.test');
    expect(location.pathname).toBe('/enter');
    expect(nonce).not.toBe('');
  });

  it('works once', async () => {
    const { origin, state, nonce } = await begin();
    const code = await codeFor(person, { origin, to: '/', state });
    expect((await callback(code, nonce)).status).toBe(302);
    expect((await callback(code, nonce)).status).toBe(410);
  });

  it('is closed to a browser that did not begin it, so that nobody is signed in as somebody else', async () => {
    const attacker = await begin();
    const victim = await begin();
    const code = await codeFor(person, { origin: ORIGIN, to: '/', state: attacker.state });
    expect((await callback(code, victim.nonce)).status).toBe(410);
    const again = await codeFor(person, { origin: ORIGIN, to: '/', state: attacker.state });
    expect((await callback(again, '')).status).toBe(410);
  });

  it('does not lead into another site than it began for', async () => {
    const { origin, state, nonce } = await begin();
    const code = await codeFor(person, { origin, to: '/', state });
    const other = { 'x-forwarded-host': 'elsewhere.example' };
    expect((await callback(code, nonce, other)).status).toBe(410);
  });

  it('leads nowhere but to origins that are registered', async () => {
    const { state } = await begin();
    const origin = 'https://evil.example';
    const entered = await person.call('POST', '/api/v1/sites/enter', { origin, to: '/', state });
    expect(entered.status).toBe(403);
  });

  it.each([
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '\\\\evil',
    'evil',
    '/a\nb',
  ])('goes on to no place such as %j', async (to) => {
    const { origin, state } = await begin();
    const entered = await person.call('POST', '/api/v1/sites/enter', { origin, to, state });
    expect(entered.status).toBe(400);
    const path = `/api/v1/sites/start?to=${encodeURIComponent(to)}`;
    const started = await platform.call('GET', path, { headers: proxied(path) });
    expect(started.status).toBe(400);
  });

  it('hands the page a collector token, and ends with leaving', async () => {
    const cookie = await cookieOf(person);
    const path = '/.verity/token';
    const granted = await platform.call('GET', '/api/v1/sites/token', {
      headers: proxied(path, cookie),
    });
    expect(granted.json.token).toMatch(/^ey/);
    const out = await platform.call('POST', '/api/v1/sites/sign-out', {
      headers: proxied('/.verity/sign-out', cookie),
    });
    expect(out.status).toBe(200);
    expect((await authorize('/', cookie)).status).toBe(401);
  });

  it('keeps every path that is taken on the site', () => {
    fc.assert(
      fc.property(fc.oneof(fc.webPath(), fc.string()), (text) => {
        if (!SitePath.safeParse(text).success) return;
        expect(new URL(text, ORIGIN).origin).toBe(ORIGIN);
      }),
      { numRuns: 500 },
    );
  });
});
