// Own passkeys over HTTP with a real Redis and MongoDB: enrolling, looking after them, and everything that is refused.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { softwarePasskey, type Lies } from '@verity/adapters/crypto/software-passkey';
import { until } from '@verity/adapters/redis/testing';
import type { CreationOptions } from '@verity/protocol/identity/passkeys';
import { askStepUp, enrol, give, passkeyPeople } from './spec-passkeys';
import { ISSUER, openPlatform, type Platform } from './spec-platform';

let platform: Platform;
beforeAll(async () => {
  platform = await openPlatform();
});
afterAll(() => platform.close());

const { somebody, askSignIn, signInWith, recorded } = passkeyPeople(() => platform);

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

  it('refuses an attestation that is none', async () => {
    const { visitor } = await somebody();
    const passkey = softwarePasskey(ISSUER);
    for (const attestationObject of ['AA', 'oA', '_____w', 'n'.repeat(4000)]) {
      const begun = await visitor.call('POST', '/api/v1/me/passkeys/options');
      const fresh = passkey.create(begun.json as unknown as CreationOptions);
      const response = { ...fresh, response: { ...fresh.response, attestationObject } };
      const answer = await visitor.call('POST', '/api/v1/me/passkeys', { response });
      expect(answer.json.code, attestationObject.slice(0, 10)).toBe('invalid-input');
    }
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
    await platform.person('boss@example.org', 'admin');
    const boss = await platform.visit('boss@example.org');
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
