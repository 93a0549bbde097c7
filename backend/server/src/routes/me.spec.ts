// The own account: authenticator, step-up, devices, verdicts. Over HTTP with a real Redis and MongoDB.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '@verity/adapters/redis/testing';
import { newId } from '@verity/adapters/world';
import type { FindingMessage } from '@verity/protocol/risk/messages';
import type { SessionId } from '@verity/protocol/ids';
import { codeAt, openPlatform, PASSWORD, type Platform, type Visitor } from './spec-platform';

let platform: Platform;
beforeAll(async () => {
  platform = await openPlatform();
});
afterAll(() => platform.close());

let people = 0;
/** A new person, signed in. */
async function somebody(): Promise<{ email: string; visitor: Visitor; id: SessionId }> {
  const email = `person${(people += 1)}@example.org`;
  await platform.person(email);
  const visitor = await platform.visit(email);
  return { email, visitor, id: visitor.signedIn.session.id };
}

async function enrol({
  call,
}: Visitor): Promise<{ secret: string; code: string; codes: string[] }> {
  const begun = await call('POST', '/api/v1/me/totp');
  expect(begun.json.qr_svg).toMatch(/^<svg/);
  const secret = String(begun.json.secret);
  const code = codeAt(secret, platform.now());
  const confirmed = await call('POST', '/api/v1/me/totp/confirm', { code });
  return { secret, code, codes: confirmed.json.recovery_codes as string[] };
}

const challenge = (id: SessionId) =>
  platform.life.change(id, {
    state: 'step_up',
    reason: 'typing unlike yours',
    by: 'system:policy',
  });

const findings = (id: SessionId, cause: string): FindingMessage[] =>
  platform.published
    .map((each) => each.payload as FindingMessage)
    .filter((each) => each.session_id === id && each.cause === cause);

describe('step-up', () => {
  it('is asked for everywhere, passes by authenticator, and takes each code once', async () => {
    const { visitor, id } = await somebody();
    const { secret, code } = await enrol(visitor);
    await challenge(id);
    const refused = await visitor.call('GET', '/api/v1/me/devices');
    expect(refused.json).toMatchObject({
      code: 'step-up-required',
      acr_values: 'urn:verity:acr:otp',
    });
    const used = { method: 'totp', code };
    expect((await visitor.call('POST', '/api/v1/step-up', used)).json.code).toBe(
      'wrong-credentials',
    );
    platform.pass(30_000);
    const fresh = { method: 'totp', code: codeAt(secret, platform.now()) };
    const passed = await visitor.call('POST', '/api/v1/step-up', fresh);
    expect(passed.json).toMatchObject({
      session: { state: 'active', acr: 'urn:verity:acr:otp', state_reason: null },
    });
    expect((await visitor.call('GET', '/api/v1/me/devices')).status).toBe(200);
    await until(() => findings(id, 'step_up').length === 2);
    const weights = findings(id, 'step_up').map((each) => each.observations[0]?.weight ?? 0);
    expect(weights[0]).toBeGreaterThan(0);
    expect(weights[1]).toBeLessThan(0);
  });

  it('does not take the password from somebody who has an authenticator, and takes it from others', async () => {
    const { visitor, id } = await somebody();
    await challenge(id);
    const byPassword = { method: 'password', password: PASSWORD };
    expect((await visitor.call('POST', '/api/v1/step-up', byPassword)).status).toBe(200);
    await enrol(visitor);
    const answer = await visitor.call('POST', '/api/v1/step-up', byPassword);
    expect(answer.json.code).toBe('not-allowed');
  });

  it('takes a recovery code once, however it is written', async () => {
    const { visitor } = await somebody();
    const { codes } = await enrol(visitor);
    expect(codes).toHaveLength(10);
    const code = (codes[0] ?? '').toUpperCase().replaceAll('-', ' ');
    const give = () => visitor.call('POST', '/api/v1/step-up', { method: 'recovery_code', code });
    const [one, other] = await Promise.all([give(), give()]);
    expect([one.status, other.status].sort()).toEqual([200, 401]);
    expect((await visitor.call('GET', '/api/v1/me')).json.recovery_codes_left).toBe(9);
  });

  it('is not guessed: after five failures the person must wait, from whatever address', async () => {
    const { visitor } = await somebody();
    await enrol(visitor);
    const codes = ['000000', '111111', '222222', '333333', '444444', '555555'];
    const answers = [];
    for (const code of codes) {
      answers.push(await visitor.call('POST', '/api/v1/step-up', { method: 'totp', code }));
    }
    expect(answers[0]?.json.code).toBe('wrong-credentials');
    expect(answers[5]?.json.code).toBe('too-fast');
  });

  it('lifts nothing from a session that was ended meanwhile', async () => {
    const { visitor, id } = await somebody();
    await challenge(id);
    const proof = visitor.call('POST', '/api/v1/step-up', {
      method: 'password',
      password: PASSWORD,
    });
    await platform.life.end(id, { state: 'terminated', reason: 'enough', by: 'system:policy' });
    await proof;
    expect((await visitor.call('GET', '/api/v1/me')).json.code).toBe('session-ended');
    expect((await platform.stores.sessions.byId(id))?.state).toBe('terminated');
  });
});

describe('the authenticator', () => {
  it('is removed by password and code together, and cannot be begun while one is enrolled', async () => {
    const { visitor } = await somebody();
    const { secret } = await enrol(visitor);
    expect((await visitor.call('POST', '/api/v1/me/totp')).json.code).toBe('conflict');
    platform.pass(30_000);
    const code = codeAt(secret, platform.now());
    const remove = (password: string) =>
      visitor.call('POST', '/api/v1/me/totp/remove', { password, code });
    expect((await remove('wrong password')).json.code).toBe('wrong-credentials');
    expect((await remove(PASSWORD)).status).toBe(200);
    expect((await visitor.call('GET', '/api/v1/me')).json).toMatchObject({
      user: { totp_enrolled: false },
      step_up_methods: ['password'],
    });
  });
});

describe('the password', () => {
  it('is changed with the old one, and every other session ends', async () => {
    const { visitor, email } = await somebody();
    const other = await platform.visit(email);
    const change = (current: string, next: string) =>
      visitor.call('POST', '/api/v1/auth/password', { current, next });
    expect((await change('wrong password', 'another long password')).status).toBe(401);
    expect((await change(PASSWORD, 'short')).status).toBe(400);
    expect((await change(PASSWORD, 'another long password')).status).toBe(200);
    expect((await other.call('GET', '/api/v1/me')).json.code).toBe('session-ended');
    expect((await visitor.call('GET', '/api/v1/me')).status).toBe(200);
    await expect(platform.visit(email)).rejects.toThrow('wrong-credentials');
  });
});

describe('what is not one’s own', () => {
  it('is as if it were not there', async () => {
    const mine = await somebody();
    const theirs = await somebody();
    const device = theirs.visitor.signedIn.session.device_id;
    const { call } = mine.visitor;
    const answers = await Promise.all([
      call('DELETE', `/api/v1/me/sessions/${theirs.id}`),
      call('PATCH', `/api/v1/me/devices/${device}`, { trusted: true }),
      call('DELETE', `/api/v1/me/devices/${device}`),
      call('POST', '/api/v1/me/verdicts', { session_id: theirs.id, verdict: 'not_me' }),
      call('POST', '/api/v1/me/verdicts', { alert_id: newId(), verdict: 'me' }),
      call('GET', `/api/v1/sessions/${theirs.id}`),
    ]);
    expect(answers.map((each) => each.status)).toEqual([404, 404, 404, 404, 404, 403]);
    expect((await theirs.visitor.call('GET', '/api/v1/me')).status).toBe(200);
    const listed = await call('GET', '/api/v1/me/sessions');
    expect(listed.json).toMatchObject({ total: 1, items: [{ id: mine.id }] });
  });
});

describe('devices', () => {
  it('carry trust into their sessions at once, and take their sessions along when forgotten', async () => {
    const { visitor, id } = await somebody();
    const device = visitor.signedIn.session.device_id;
    const path = `/api/v1/me/devices/${device}`;
    const unproven = await visitor.call('PATCH', path, { trusted: true });
    expect(unproven.json.code).toBe('step-up-required');
    expect((await visitor.call('PATCH', path, { label: 'Desk' })).json.label).toBe('Desk');
    await visitor.call('POST', '/api/v1/step-up', { method: 'password', password: PASSWORD });
    const trusted = await visitor.call('PATCH', `/api/v1/me/devices/${device}`, { trusted: true });
    expect(trusted.json).toMatchObject({ id: device, trusted: true });
    expect((await platform.life.rightsNow(id))?.deviceTrusted).toBe(true);
    expect((await visitor.call('DELETE', `/api/v1/me/devices/${device}`)).status).toBe(200);
    expect((await visitor.call('GET', '/api/v1/me')).json.code).toBe('session-ended');
  });
});

describe('verdicts', () => {
  it('"not me" ends the session, takes back what it taught, and raises an alert', async () => {
    const { visitor, email, id } = await somebody();
    const stranger = await platform.visit(email);
    const session_id = stranger.signedIn.session.id;
    await platform.stores.behaviourWindows.add([
      {
        id: newId(),
        userId: visitor.signedIn.user.id,
        sessionId: session_id,
        modality: 'keystroke',
        at: platform.now(),
        features: [1, 2, 3],
      },
    ]);
    const said = await visitor.call('POST', '/api/v1/me/verdicts', {
      session_id,
      verdict: 'not_me',
    });
    expect(said.status).toBe(200);
    expect((await stranger.call('GET', '/api/v1/me')).json.code).toBe('session-ended');
    const windows = await platform.stores.behaviourWindows.count(visitor.signedIn.user.id);
    expect(windows.keystroke).toBe(0);
    await until(() => JSON.stringify(platform.published).includes(`user_report:${session_id}`));
    expect(platform.announced).toContainEqual(
      expect.objectContaining({
        event: 'session_terminated',
        rooms: [`session:${session_id}`],
      }),
    );
    expect((await platform.life.rightsNow(id))?.state).toBe('active');
  });

  it('"me" needs fresh proof when a session vouches for itself', async () => {
    const { visitor, id } = await somebody();
    const vouch = () =>
      visitor.call('POST', '/api/v1/me/verdicts', { session_id: id, verdict: 'me' });
    expect((await vouch()).json.code).toBe('step-up-required');
    await visitor.call('POST', '/api/v1/step-up', { method: 'password', password: PASSWORD });
    expect((await vouch()).status).toBe(200);
    await until(() => findings(id, 'verdict').length === 1);
  });
});
