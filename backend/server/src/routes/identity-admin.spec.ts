// Looking after people, sessions and keys. Over HTTP with a real Redis and MongoDB.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '@verity/adapters/redis/testing';
import type { ApiKey, Session, User } from '@verity/protocol/identity/schemas';
import { codeAt, openPlatform, PASSWORD, type Platform, type Visitor } from './spec-platform';

let platform: Platform;
let admin: Visitor;

const tokenOf = (link: unknown): string => /#token=([\w-]{43})$/.exec(String(link))?.[1] ?? '';
const accept = (body: object) => platform.call('POST', '/api/v1/auth/accept', { body });

beforeAll(async () => {
  platform = await openPlatform();
  const setUp = await platform.issued.setUp();
  expect(setUp?.link).toMatch(/^https:\/\/verity\.test\/link#token=/);
  const link = tokenOf(setUp?.link);
  const first = { token: link, email: 'root@example.org', name: 'Root', password: PASSWORD };
  expect((await accept({ ...first, email: undefined })).json.code).toBe('invalid-input');
  const twice = await Promise.all([accept(first), accept({ ...first, email: 'two@example.org' })]);
  expect(twice.map((each) => each.status).sort()).toEqual([200, 410]);
  const [{ email } = { email: '' }] = (await platform.stores.users.list({}, { limit: 2 })).items;
  admin = await platform.visit(email);
});
afterAll(() => platform.close());

let people = 0;
async function somebody(): Promise<{ user: User; visitor: Visitor }> {
  const email = `person${(people += 1)}@example.org`;
  await platform.person(email);
  const visitor = await platform.visit(email);
  return { user: visitor.signedIn.user, visitor };
}

describe('the set-up link', () => {
  it('made the first admin, and there is none any more', async () => {
    expect(admin.signedIn.user.role).toBe('admin');
    expect(await platform.issued.setUp()).toBeNull();
    expect(await platform.stores.users.count()).toBe(1);
  });
});

describe('invitations', () => {
  it('are handed over as a link that works once', async () => {
    const body = { email: 'New@demo.verity.local', name: 'New', role: 'auditor' };
    const invited = await admin.call('POST', '/api/v1/users/invite', body);
    expect(invited.json).toMatchObject({
      user: { email: 'new@demo.verity.local', status: 'invited', role: 'auditor', demo: true },
    });
    const again = await admin.call('POST', '/api/v1/users/invite', body);
    expect(again.json.code).toBe('conflict');
    const token = tokenOf(invited.json.link);
    const look = await platform.call('POST', '/api/v1/auth/invitation', { body: { token } });
    expect(look.json).toMatchObject({ kind: 'invitation', email: 'new@demo.verity.local' });
    expect((await accept({ token, password: PASSWORD })).status).toBe(200);
    expect((await accept({ token, password: 'another long one' })).json.code).toBe('link-expired');
    const visitor = await platform.visit('new@demo.verity.local');
    expect(visitor.signedIn.session.demo).toBe(true);
  });

  it('expire, and do not outlive a disabled account', async () => {
    const invite = async (email: string) =>
      (await admin.call('POST', '/api/v1/users/invite', { email, name: 'X', role: 'user' })).json;
    const late = await invite('late@example.org');
    platform.pass(72 * 3_600_000);
    const token = tokenOf(late.link);
    expect((await accept({ token, password: PASSWORD })).json.code).toBe('link-expired');
    platform.pass(-72 * 3_600_000);
    const off = await invite('off@example.org');
    const { id } = off.user as User;
    await admin.call('PATCH', `/api/v1/users/${id}`, { status: 'disabled' });
    expect((await accept({ token: tokenOf(off.link), password: PASSWORD })).status).toBe(410);
  });
});

describe('people', () => {
  it('lose their sessions with their rights', async () => {
    for (const change of [{ role: 'auditor' }, { status: 'disabled' }]) {
      const { user, visitor } = await somebody();
      const answer = await admin.call('PATCH', `/api/v1/users/${user.id}`, change);
      expect(answer.json).toMatchObject(change);
      expect((await visitor.call('GET', '/api/v1/me')).json.code).toBe('session-ended');
    }
  });

  it('keep one admin', async () => {
    const { id } = admin.signedIn.user;
    for (const change of [{ role: 'user' }, { status: 'disabled' }]) {
      const answer = await admin.call('PATCH', `/api/v1/users/${id}`, change);
      expect(answer.json).toMatchObject({ code: 'conflict', detail: 'This is the last admin.' });
    }
  });

  it('get a new password and lose the authenticator by a reset', async () => {
    const { user, visitor } = await somebody();
    const { json } = await visitor.call('POST', '/api/v1/me/totp');
    const code = codeAt(String(json.secret), platform.now());
    await visitor.call('POST', '/api/v1/me/totp/confirm', { code });
    const body = { reason: 'lost the phone' };
    const reset = await admin.call('POST', `/api/v1/users/${user.id}/reset`, body);
    expect(reset.json).toMatchObject({ user: { totp_enrolled: false } });
    expect((await visitor.call('GET', '/api/v1/me')).json.code).toBe('session-ended');
    await expect(platform.visit(user.email)).rejects.toThrow('wrong-credentials');
    await accept({ token: tokenOf(reset.json.link), password: PASSWORD });
    expect((await platform.visit(user.email)).signedIn.user.totp_enrolled).toBe(false);
  });

  it('are found by name and shown with their devices', async () => {
    const { user } = await somebody();
    const found = await admin.call('GET', `/api/v1/users?q=${encodeURIComponent(user.email)}`);
    expect(found.json).toMatchObject({ total: 1, items: [{ id: user.id }] });
    const one = await admin.call('GET', `/api/v1/users/${user.id}`);
    expect(one.json.devices).toHaveLength(1);
    expect(one.text).not.toContain('passwordHash');
  });
});

describe('sessions', () => {
  it('are ended everywhere by an admin, once, with a record', async () => {
    const { visitor } = await somebody();
    const { id } = visitor.signedIn.session;
    const end = () =>
      admin.call('POST', `/api/v1/sessions/${id}/terminate`, { reason: 'a copied token' });
    expect((await end()).json).toMatchObject({
      state: 'terminated',
      state_reason: 'a copied token',
    });
    expect((await end()).status).toBe(200);
    expect((await visitor.call('GET', '/api/v1/me')).json.code).toBe('session-ended');
    const records = () =>
      platform.published.filter((each) => {
        const payload = each.payload as { action?: string; subject?: string };
        return payload.action === 'session.terminated' && payload.subject === `session:${id}`;
      });
    await until(() => records().length > 0);
    expect(records()).toHaveLength(1);
    expect(records()[0]?.payload).toMatchObject({ actor: `user:${admin.signedIn.user.id}` });
  });

  it('are asked to prove again, unless they have ended', async () => {
    const { visitor } = await somebody();
    const ask = () =>
      admin.call('POST', `/api/v1/sessions/${visitor.signedIn.session.id}/step-up`, {
        reason: 'please show yourself',
      });
    expect((await ask()).json).toMatchObject({ state: 'step_up' });
    expect((await visitor.call('GET', '/api/v1/me/devices')).json.code).toBe('step-up-required');
    await visitor.call('POST', '/api/v1/auth/logout');
    expect((await ask()).json.code).toBe('conflict');
  });

  it('are listed by filter and page, and exported as text that no spreadsheet runs', async () => {
    const person = await platform.person('formula@example.org');
    await platform.stores.users.change(person.id, { name: '=HYPERLINK("x")' });
    await platform.visit(person.email);
    const first = await admin.call('GET', '/api/v1/sessions?state=live&limit=2&sort=started');
    const page = first.json as { items: Session[]; next_cursor: string; total: number };
    expect(page.items).toHaveLength(2);
    const next = await admin.call(
      'GET',
      `/api/v1/sessions?state=live&limit=2&sort=started&cursor=${encodeURIComponent(page.next_cursor)}`,
    );
    const ids = (next.json.items as Session[]).map((each) => each.id);
    expect(ids).not.toContain(page.items[0]?.id);
    const csv = await admin.call('GET', '/api/v1/sessions/export?state=live');
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(csv.headers.get('content-disposition')).toBe('attachment; filename=sessions.csv');
    expect(csv.text).toContain(`"'=HYPERLINK(""x"")"`);
    expect(csv.text.trim().split('\r\n')).toHaveLength(page.total + 1);
  });
});

describe('API keys', () => {
  it('are shown once, do what their scopes name, and end when revoked or old', async () => {
    const make = async (days: number) =>
      (
        await admin.call('POST', '/api/v1/api-keys', {
          name: 'watcher',
          scopes: ['sessions:read'],
          days,
        })
      ).json as { api_key: ApiKey; key: string };
    const { api_key, key } = await make(10);
    expect(key).toMatch(/^vk_[\w-]{43}$/);
    const ask = (path: string, headers: Record<string, string>) =>
      platform.call('GET', path, { headers });
    expect((await ask('/api/v1/sessions', { 'x-api-key': key })).status).toBe(200);
    expect((await ask('/api/v1/sessions', { authorization: `ApiKey ${key}` })).status).toBe(200);
    expect((await ask('/api/v1/users', { 'x-api-key': key })).json.code).toBe('not-allowed');
    const listed = await admin.call('GET', '/api/v1/api-keys');
    expect(listed.text).not.toContain(key);
    const uses = () =>
      platform.published.filter(
        (each) => (each.payload as { action?: string }).action === 'api_key.used',
      );
    await until(() => uses().length > 0);
    expect(uses()).toHaveLength(1);

    expect((await admin.call('DELETE', `/api/v1/api-keys/${api_key.id}`)).status).toBe(200);
    const revoked = await ask('/api/v1/sessions', { 'x-api-key': key });
    expect(revoked.json).toMatchObject({
      code: 'not-signed-in',
      detail: expect.stringContaining('revoked') as string,
    });
    const short = await make(1);
    platform.pass(86_400_000);
    const old = await ask('/api/v1/sessions', { 'x-api-key': short.key });
    expect(old.json.detail).toBe('This API key has expired.');
    platform.pass(-86_400_000);
    expect((await ask('/api/v1/sessions', { 'x-api-key': 'vk_wrong' })).status).toBe(401);
  });
});
