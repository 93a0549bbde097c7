// Passkeys over HTTP with a real Redis and MongoDB: enrolling, signing in, stepping up, and everything that is refused.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  softwarePasskey,
  type Lies,
  type SoftwarePasskey,
} from '@verity/adapters/crypto/software-passkey';
import { until } from '@verity/adapters/redis/testing';
import type { CreationOptions, RequestOptions } from '@verity/protocol/identity/passkeys';
import type { SessionId } from '@verity/protocol/ids';
import type { FindingMessage } from '@verity/protocol/risk/messages';
import { ISSUER, openPlatform, type Platform, type Visitor } from './spec-platform';

let platform: Platform;
beforeAll(async () => {
  platform = await openPlatform();
});
afterAll(() => platform.close());

let people = 0;
async function somebody(): Promise<{ email: string; visitor: Visitor; id: SessionId }> {
  const email = `passkey${(people += 1)}@example.org`;
  await platform.person(email);
  const visitor = await platform.visit(email);
  return { email, visitor, id: visitor.signedIn.session.id };
}

async function enrol({ call }: Visitor, passkey = softwarePasskey(ISSUER), lies: Lies = {}) {
  const options = (await call('POST', '/api/v1/me/passkeys/options')).json;
  const response = passkey.create(options as unknown as CreationOptions, lies);
  return { passkey, answer: await call('POST', '/api/v1/me/passkeys', { response }) };
}

const askStepUp = async ({ call }: Visitor): Promise<RequestOptions> =>
  (await call('POST', '/api/v1/step-up/passkey')).json as unknown as RequestOptions;

const give = ({ call }: Visitor, response: unknown) =>
  call('POST', '/api/v1/step-up', { method: 'passkey', response });

const askSignIn = async (): Promise<RequestOptions> =>
  (await platform.call('POST', '/api/v1/auth/passkey/options')).json as unknown as RequestOptions;

let addresses = 0;
const signInWith = (response: unknown) =>
  platform.call('POST', '/api/v1/auth/passkey', {
    headers: { 'x-forwarded-for': `203.0.113.${(addresses += 1)}` },
    body: { response },
  });

const claimsOf = (token: unknown): Record<string, unknown> =>
  JSON.parse(Buffer.from(String(token).split('.')[1] ?? '', 'base64url').toString()) as never;

const recorded = (action: string): number =>
  platform.published.filter((each) => (each.payload as { action?: string }).action === action)
    .length;

describe('enrolling a passkey', () => {
  it('answers recovery codes with the first strong way only, and never the key', async () => {
    const { visitor } = await somebody();
    const { answer, passkey } = await enrol(visitor);
    expect(answer.json).toMatchObject({
      passkey: { name: 'Passkey', credential_id: passkey.id, last_used_at: null },
    });
    expect(answer.json.recovery_codes).toHaveLength(10);
    expect(answer.text).not.toContain('public_key');
    const second = await enrol(visitor);
    expect(second.answer.json).toMatchObject({
      recovery_codes: [],
      passkey: { name: 'Passkey 2' },
    });
    expect((await visitor.call('GET', '/api/v1/me')).json).toMatchObject({
      user: { passkeys: 2 },
      step_up_methods: ['passkey', 'recovery_code'],
      recovery_codes_left: 10,
    });
  });

  it('asks for proof as strong as the person has when the sign-in is older than five minutes', async () => {
    const { visitor, email } = await somebody();
    platform.pass(301_000);
    const weak = await visitor.call('POST', '/api/v1/me/passkeys/options');
    expect(weak.json).toMatchObject({
      code: 'step-up-required',
      acr_values: 'urn:verity:acr:pwd',
      max_age: 300,
    });
    expect(weak.headers.get('www-authenticate')).toBe(
      'Bearer error="insufficient_user_authentication", ' +
        'error_description="This asks for proof of who you are within the last 5 minutes.", ' +
        'acr_values="urn:verity:acr:pwd", max_age="300"',
    );
    await visitor.call('POST', '/api/v1/step-up', {
      method: 'password',
      password: 'a password of some length',
    });
    const { passkey } = await enrol(visitor);
    expect((await visitor.call('POST', '/api/v1/me/passkeys/options')).status).toBe(200);
    // Fresh, but only by password: whoever has stolen it must not add a key of their own.
    const thief = await platform.visit(email);
    const strong = await thief.call('POST', '/api/v1/me/passkeys/options');
    expect(strong.json.acr_values).toBe('urn:verity:acr:phr urn:verity:acr:otp');
    const proved = await give(thief, passkey.get(await askStepUp(thief)));
    expect(proved.json).toMatchObject({ session: { acr: 'urn:verity:acr:phr' } });
    expect((await thief.call('POST', '/api/v1/me/passkeys/options')).status).toBe(200);
  });

  it('refuses the same credential twice, whoever brings it', async () => {
    const one = await somebody();
    const other = await somebody();
    const { passkey } = await enrol(one.visitor);
    const again = await enrol(other.visitor, passkey);
    expect(again.answer.json.code).toBe('conflict');
    expect((await other.visitor.call('GET', '/api/v1/me/passkeys')).json.items).toEqual([]);
  });

  it.each<[string, Lies, string]>([
    ['another site', { origin: 'https://verity.test.evil' }, 'wrong-credentials'],
    ['another relying party', { rpId: 'evil.test' }, 'wrong-credentials'],
    ['another challenge', { challenge: 'A'.repeat(43) }, 'wrong-credentials'],
    ['the other ceremony', { type: 'webauthn.get' }, 'invalid-input'],
    ['no verified user', { unverified: true }, 'wrong-credentials'],
  ])('refuses an answer with %s', async (_what, lies, code) => {
    const { visitor } = await somebody();
    const { answer } = await enrol(visitor, softwarePasskey(ISSUER), lies);
    expect(answer.json.code).toBe(code);
    expect((await visitor.call('GET', '/api/v1/me')).json.recovery_codes_left).toBe(0);
  });
});

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

describe('looking after passkeys', () => {
  it('renames, and removes; with the last strong way the recovery codes go and the password counts', async () => {
    const { visitor, id } = await somebody();
    const { answer, passkey } = await enrol(visitor);
    const path = `/api/v1/me/passkeys/${(answer.json.passkey as { id: string }).id}`;
    expect((await visitor.call('PATCH', path, { name: ' Blue key ' })).json.name).toBe('Blue key');
    platform.pass(301_000);
    expect((await visitor.call('DELETE', path)).json.code).toBe('step-up-required');
    await give(visitor, passkey.get(await askStepUp(visitor)));
    expect((await platform.life.rightsNow(id))?.passkeyEnrolled).toBe(true);
    expect((await visitor.call('DELETE', path)).json).toEqual({
      passkeys_left: 0,
      recovery_codes_left: 0,
    });
    expect((await platform.life.rightsNow(id))?.passkeyEnrolled).toBe(false);
    expect((await visitor.call('GET', '/api/v1/me')).json.step_up_methods).toEqual(['password']);
    expect((await visitor.call('DELETE', path)).json.code).toBe('not-found');
    const gone = await signInWith(passkey.get(await askSignIn()));
    expect(gone.json.detail).toMatch(/not known here/);
  });

  it('is for their owner alone', async () => {
    const one = await somebody();
    const other = await somebody();
    const { answer } = await enrol(one.visitor);
    const path = `/api/v1/me/passkeys/${(answer.json.passkey as { id: string }).id}`;
    expect((await other.visitor.call('PATCH', path, { name: 'mine' })).status).toBe(404);
    expect((await other.visitor.call('DELETE', path)).status).toBe(404);
  });

  it('is not done while a step-up is asked', async () => {
    const { visitor, id } = await somebody();
    await platform.life.change(id, { state: 'step_up', reason: 'why', by: 'system:policy' });
    const refused = await visitor.call('POST', '/api/v1/me/passkeys/options');
    expect(refused.json.code).toBe('step-up-required');
  });

  it('renews recovery codes after proof: the old are void, the new work once', async () => {
    const { visitor } = await somebody();
    const none = await visitor.call('POST', '/api/v1/me/recovery-codes');
    expect(none.json.code).toBe('conflict');
    const { answer, passkey } = await enrol(visitor);
    const [old] = answer.json.recovery_codes as string[];
    await give(visitor, passkey.get(await askStepUp(visitor)));
    const renewed = await visitor.call('POST', '/api/v1/me/recovery-codes');
    const [fresh] = renewed.json.recovery_codes as string[];
    const giveCode = (code?: string) =>
      visitor.call('POST', '/api/v1/step-up', { method: 'recovery_code', code });
    expect((await giveCode(old)).status).toBe(401);
    expect((await giveCode(fresh)).json).toMatchObject({ session: { acr: 'urn:verity:acr:otp' } });
    expect((await giveCode(fresh)).status).toBe(401);
  });

  it('ends with a reset by an admin, which is on record', async () => {
    const { visitor } = await somebody();
    const { passkey } = await enrol(visitor);
    await platform.person(`boss${people}@example.org`, 'admin');
    const boss = await platform.visit(`boss${people}@example.org`);
    const path = `/api/v1/users/${visitor.signedIn.user.id}/reset`;
    const reset = await boss.call('POST', path, { reason: 'lost the key' });
    expect(reset.json).toMatchObject({ user: { passkeys: 0, totp_enrolled: false } });
    expect((await signInWith(passkey.get(await askSignIn()))).status).toBe(401);
    await until(() => recorded('user.reset') > 0);
    const record = platform.published.find(
      ({ payload }) => (payload as { action?: string }).action === 'user.reset',
    );
    expect(record?.payload).toMatchObject({ details: { passkeys_removed: 1 } });
  });
});

describe('the door of passkeys', () => {
  const mangle = (encoded: string, at: number, byte: number): string => {
    const bytes = Buffer.from(encoded, 'base64url');
    bytes[at % bytes.length] = byte;
    return bytes.toString('base64url');
  };

  it('answers every mangled attestation with a refusal, never with an error of its own', async () => {
    const { visitor } = await somebody();
    const passkey = softwarePasskey(ISSUER);
    const options = {
      rp: { id: 'verity.test', name: 'Verity' },
      user: { id: 'dQ', name: 'u', displayName: 'u' },
    } as CreationOptions;
    const ceremonies = platform.ceremonies;
    const genuine = passkey.create({ ...options, challenge: 'c' });
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(255), fc.nat(400), async (at, byte, cut) => {
        const object = mangle(genuine.response.attestationObject, at, byte);
        const response = {
          ...genuine.response,
          attestationObject: cut % 3 === 0 ? object.slice(0, cut + 1) : object,
        };
        const checked = await ceremonies.checkAttestation({ ...genuine, response }, 'c');
        expect(typeof checked.ok).toBe('boolean');
      }),
      { numRuns: 300 },
    );
    for (const attestationObject of ['AA', 'oA', '_____w', 'n'.repeat(4000)]) {
      const begun = await visitor.call('POST', '/api/v1/me/passkeys/options');
      const fresh = passkey.create(begun.json as unknown as CreationOptions);
      const response = { ...fresh, response: { ...fresh.response, attestationObject } };
      const answer = await visitor.call('POST', '/api/v1/me/passkeys', { response });
      expect(answer.json.code, attestationObject.slice(0, 10)).toBe('invalid-input');
    }
  });

  it('takes no mangled assertion for a proof', async () => {
    const passkey: SoftwarePasskey = softwarePasskey(ISSUER);
    const { ceremonies } = platform;
    const created = passkey.create(ceremonies.creationOptions(person, [], 'c'));
    const enrolled = await ceremonies.checkAttestation(created, 'c');
    if (!enrolled.ok) throw new Error(enrolled.why);
    const genuine = passkey.get({ rpId: 'verity.test', challenge: 'd' } as RequestOptions);
    expect(await ceremonies.checkAssertion(genuine, enrolled, 'd')).toMatchObject({ ok: true });
    const part = fc.constantFrom('authenticatorData', 'signature', 'clientDataJSON');
    await fc.assert(
      fc.asyncProperty(part, fc.nat(), fc.nat(255), async (name, at, byte) => {
        const mangled = mangle(genuine.response[name as 'signature'], at, byte);
        fc.pre(mangled !== genuine.response[name as 'signature']);
        const response = { ...genuine.response, [name]: mangled };
        const checked = await ceremonies.checkAssertion({ ...genuine, response }, enrolled, 'd');
        expect(checked.ok).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it('names what is wrong with JSON that is no answer of a browser', async () => {
    const { visitor } = await somebody();
    const answer = await give(visitor, { id: '!', rawId: 'x', type: 'other', response: {} });
    expect(answer.json.code).toBe('invalid-input');
    expect(answer.text).toContain('/response/id');
  });
});

const person = { id: '01890a5d-ac96-774b-bcce-b302099a8057' as never, email: 'a@b.c', name: 'A' };
