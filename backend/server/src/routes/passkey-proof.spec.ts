// Passkeys as proof over HTTP with a real Redis and MongoDB: signing in, stepping up, and everything that is refused.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { softwarePasskey, type Lies } from '@verity/adapters/crypto/software-passkey';
import { until } from '@verity/adapters/redis/testing';
import type { FindingMessage } from '@verity/protocol/risk/messages';
import { askStepUp, enrol, give, passkeyPeople } from './spec-passkeys';
import { ISSUER, openPlatform, type Platform } from './spec-platform';

let platform: Platform;
beforeAll(async () => {
  platform = await openPlatform();
});
afterAll(() => platform.close());

const { somebody, askSignIn, signInWith, recorded } = passkeyPeople(() => platform);

const claimsOf = (token: unknown): Record<string, unknown> =>
  JSON.parse(Buffer.from(String(token).split('.')[1] ?? '', 'base64url').toString()) as never;

describe('stepping up with a passkey', () => {
  it('lifts the step-up, lowers the score the most, and answers a token that says so', async () => {
    const { visitor, id } = await somebody();
    const { passkey } = await enrol(visitor);
    await platform.life.change(id, { state: 'step_up', reason: 'why', by: 'system:policy' });
    const notice = platform.announced.findLast((each) => each.event === 'notification');
    expect(notice?.payload).toMatchObject({
      kind: 'step_up_required',
      acr_values: 'urn:verity:acr:phr urn:verity:acr:otp',
    });
    const response = passkey.get(await askStepUp(visitor));
    const passed = await give(visitor, response);
    expect(passed.json).toMatchObject({ session: { state: 'active' }, token_type: 'Bearer' });
    expect(claimsOf(passed.json.token)).toMatchObject({
      acr: 'urn:verity:acr:phr',
      amr: ['pop', 'user', 'mfa'],
      auth_time: expect.any(Number) as number,
    });
    expect(claimsOf(visitor.signedIn.token)).toMatchObject({
      acr: 'urn:verity:acr:pwd',
      amr: ['pwd'],
    });
    await until(() =>
      platform.published.some(({ payload }) => {
        const { session_id, cause, observations } = payload as FindingMessage;
        return session_id === id && cause === 'step_up' && observations[0]?.weight === -3.5;
      }),
    );
    const replayed = await give(visitor, response);
    expect(replayed.json).toMatchObject({ code: 'wrong-credentials' });
    expect(replayed.json.detail).toMatch(/no question that is open/);
  });

  it('does not take the password any more', async () => {
    const { visitor } = await somebody();
    await enrol(visitor);
    const byPassword = { method: 'password', password: 'a password of some length' };
    const answer = await visitor.call('POST', '/api/v1/step-up', byPassword);
    expect(answer.json).toMatchObject({
      code: 'not-allowed',
      fix: 'Use passkey or recovery code.',
    });
  });

  it.each<[string, Lies, RegExp]>([
    ['another site', { origin: 'https://evil.test' }, /another site/],
    ['another relying party', { rpId: 'evil.test' }, /for another site/],
    ['another challenge', { challenge: 'B'.repeat(43) }, /no question that is open/],
    ['no verified user', { unverified: true }, /did not verify its user/],
    ['another key', { wrongKey: true }, /signature does not fit/],
    ['another user', { userHandle: 'c29tZWJvZHk' }, /not known here/],
  ])('refuses an answer with %s', async (_what, lies, detail) => {
    const { visitor } = await somebody();
    const { passkey } = await enrol(visitor);
    const answer = await give(visitor, passkey.get(await askStepUp(visitor), lies));
    expect(answer.json.code).toBe('wrong-credentials');
    expect(answer.json.detail).toMatch(detail);
  });

  it('refuses the credential of somebody else, and an answer to the question of somebody else', async () => {
    const one = await somebody();
    const other = await somebody();
    const mine = await enrol(one.visitor);
    const theirs = await enrol(other.visitor);
    const foreign = await give(one.visitor, theirs.passkey.get(await askStepUp(one.visitor)));
    expect(foreign.json.detail).toMatch(/not known here/);
    const crossed = await give(one.visitor, mine.passkey.get(await askStepUp(other.visitor)));
    expect(crossed.json.detail).toMatch(/no question that is open/);
    const signInQuestion = await give(one.visitor, mine.passkey.get(await askSignIn()));
    expect(signInQuestion.json.detail).toMatch(/no question that is open/);
  });

  it('refuses an answer to a question that has expired', async () => {
    const { visitor } = await somebody();
    const { passkey } = await enrol(visitor);
    const options = await askStepUp(visitor);
    const key = `passkey:challenge:${options.challenge}`;
    const left = await platform.redis.commands.ttl(key);
    expect(left).toBeGreaterThan(290);
    expect(left).toBeLessThanOrEqual(300);
    await platform.redis.commands.pexpire(key, 1);
    await until(async () => (await platform.redis.commands.exists(key)) === 0);
    expect((await give(visitor, passkey.get(options))).json.fix).toMatch(/more than five/);
  });

  it('refuses a counter that goes back, and tells person and operators of the copy', async () => {
    const { visitor, email } = await somebody();
    const { passkey } = await enrol(visitor);
    expect((await give(visitor, passkey.get(await askStepUp(visitor)))).status).toBe(200);
    const back = await give(visitor, passkey.get(await askStepUp(visitor), { counter: 1 }));
    expect(back.json).toMatchObject({ code: 'wrong-credentials' });
    expect(back.json.detail).toMatch(/exist twice/);
    await until(() => recorded('auth.passkey_cloned') === 1);
    await until(() =>
      platform.published.some(
        ({ payload }) => (payload as { title?: string }).title?.includes(email) ?? false,
      ),
    );
    const told = await visitor.call('GET', '/api/v1/me/notifications');
    expect(told.text).toContain('seems to exist twice');
    // A signature that does not hold says nothing of copies.
    const lie = { counter: 1, wrongKey: true };
    const forged = await give(visitor, passkey.get(await askStepUp(visitor), lie));
    expect(forged.json.detail).toMatch(/signature does not fit/);
    expect(recorded('auth.passkey_cloned')).toBe(1);
  });

  it('takes one answer once, however often it is sent at a time', async () => {
    const { visitor } = await somebody();
    const { passkey } = await enrol(visitor);
    const response = passkey.get(await askStepUp(visitor));
    const answers = await Promise.all([1, 2, 3].map(() => give(visitor, response)));
    expect(answers.map((each) => each.status).sort()).toEqual([200, 401, 401]);
  });
});

describe('signing in with a passkey', () => {
  it('needs neither address nor password, and begins a session of the strongest class', async () => {
    const { visitor, email } = await somebody();
    const { passkey } = await enrol(visitor);
    const answer = await signInWith(passkey.get(await askSignIn()));
    expect(answer.json).toMatchObject({
      user: { email },
      session: { acr: 'urn:verity:acr:phr', state: 'active' },
    });
    expect(answer.headers.get('set-cookie')).toMatch(/verity_refresh=.*HttpOnly; Secure/);
    const listed = await visitor.call('GET', '/api/v1/me/passkeys');
    expect(listed.json).toMatchObject({ items: [{ last_used_at: expect.any(String) as string }] });
  });

  it('answers alike for who is not known, and refuses the replayed and the disabled', async () => {
    const { visitor } = await somebody();
    const { passkey } = await enrol(visitor);
    const response = passkey.get(await askSignIn());
    expect((await signInWith(response)).status).toBe(200);
    expect((await signInWith(response)).json.detail).toMatch(/no question that is open/);
    const nameless = await signInWith(passkey.get(await askSignIn(), { userHandle: null }));
    const stranger = softwarePasskey(ISSUER);
    const unknown = await signInWith(stranger.get(await askSignIn()));
    expect(nameless.json.detail).toBe(unknown.json.detail);
    await platform.stores.users.change(visitor.signedIn.user.id, { status: 'disabled' });
    expect((await signInWith(passkey.get(await askSignIn()))).status).toBe(401);
  });

  it('is throttled by passkey, and locks nobody out of their password', async () => {
    const { visitor, email } = await somebody();
    const { passkey } = await enrol(visitor);
    const codes: unknown[] = [];
    for (let n = 0; n < 6; n += 1) {
      const lie = passkey.get(await askSignIn(), { wrongKey: true });
      codes.push((await signInWith(lie)).json.code);
    }
    expect(codes[4]).toBe('wrong-credentials');
    expect(codes[5]).toBe('too-fast');
    await platform.visit(email);
  });
});

describe('the door of passkeys', () => {
  it('names what is wrong with JSON that is no answer of a browser', async () => {
    const { visitor } = await somebody();
    const answer = await give(visitor, { id: '!', rawId: 'x', type: 'other', response: {} });
    expect(answer.json.code).toBe('invalid-input');
    expect(answer.text).toContain('/response/id');
  });
});
