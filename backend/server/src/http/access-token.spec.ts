// Access tokens: what is refused, and in which words.
import { createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { accessVerifier } from './access-token';

const ID = '01890a5d-ac96-774b-bcce-b302099a8057';
const KID = 'the-key';
let publicKey: KeyObject;
let privateKey: KeyObject;
let otherKey: KeyObject;
let verify: ReturnType<typeof accessVerifier>;

beforeAll(() => {
  ({ publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' }));
  otherKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  verify = accessVerifier({
    issuer: 'https://verity.test',
    audience: 'verity',
    publicKey: (kid) => Promise.resolve(kid === KID ? publicKey : null),
  });
});

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const now = (): number => Math.floor(Date.now() / 1000);

const claims = (given: object = {}): object => ({
  iss: 'https://verity.test',
  aud: 'verity',
  sub: ID,
  sid: ID,
  role: 'user',
  acr: 'urn:verity:acr:pwd',
  auth_time: now(),
  amr: ['pwd'],
  iat: now(),
  exp: now() + 60,
  jti: ID,
  ...given,
});

const unsigned = (head: object, body: object): string => `${encode(head)}.${encode(body)}`;
const es256 = (text: string, key: KeyObject): string =>
  sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');

const token = (head: object = {}, body: object = {}, key = privateKey): string => {
  const text = unsigned({ alg: 'ES256', kid: KID, ...head }, claims(body));
  return `${text}.${es256(text, key)}`;
};

const refused = (code: string, detail: RegExp) => ({
  code,
  message: expect.stringMatching(detail) as string,
});

describe('accessVerifier', () => {
  it('takes a token that our key signed', async () => {
    await expect(verify(token())).resolves.toMatchObject({ sub: ID, sid: ID, role: 'user' });
  });

  it('refuses a token without a signature, whatever its algorithm says', async () => {
    for (const alg of ['none', 'None', 'NONE', 'nOnE']) {
      const forged = `${unsigned({ alg, kid: KID }, claims())}.`;
      await expect(verify(forged)).rejects.toMatchObject(
        refused('not-signed-in', /another algorithm/),
      );
    }
    const bare = `${unsigned({ alg: 'ES256', kid: KID }, claims())}.`;
    await expect(verify(bare)).rejects.toMatchObject(refused('not-signed-in', /signature/));
  });

  it('refuses a token that is signed with the public key as if it were a shared secret', async () => {
    for (const secret of [
      publicKey.export({ type: 'spki', format: 'pem' }),
      publicKey.export({ type: 'spki', format: 'der' }),
    ]) {
      const text = unsigned({ alg: 'HS256', kid: KID }, claims());
      const forged = `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
      await expect(verify(forged)).rejects.toMatchObject(
        refused('not-signed-in', /another algorithm/),
      );
    }
  });

  it('refuses a token of a key that is not ours, or that names none', async () => {
    await expect(verify(token({ kid: 'other' }))).rejects.toMatchObject(
      refused('not-signed-in', /not, or no longer, ours/),
    );
    await expect(verify(token({ kid: undefined }))).rejects.toMatchObject(
      refused('not-signed-in', /which key/),
    );
    await expect(verify(token({}, {}, otherKey))).rejects.toMatchObject(
      refused('not-signed-in', /signature/),
    );
  });

  it('refuses a token that brings its own key', async () => {
    const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const head = { kid: 'mine', jwk: jwk.publicKey.export({ format: 'jwk' }) };
    await expect(verify(token(head, {}, jwk.privateKey))).rejects.toMatchObject({
      code: 'not-signed-in',
    });
  });

  it('says so when a token has expired', async () => {
    await expect(verify(token({}, { exp: now() - 1 }))).rejects.toMatchObject(
      refused('token-expired', /expired/),
    );
  });

  it('refuses tokens of another installation or for another service, and incomplete ones', async () => {
    await expect(verify(token({}, { iss: 'https://other.test' }))).rejects.toMatchObject(
      refused('not-signed-in', /another installation/),
    );
    await expect(verify(token({}, { aud: 'mail' }))).rejects.toMatchObject(
      refused('not-signed-in', /another service/),
    );
    for (const lacking of [{ sid: undefined }, { role: 'root' }, { exp: undefined }]) {
      await expect(verify(token({}, lacking))).rejects.toMatchObject(
        refused('not-signed-in', /lacks claims/),
      );
    }
  });

  it('refuses a changed token and what is none', async () => {
    const [head = '', , signature = ''] = token().split('.');
    const raised = `${head}.${encode(claims({ role: 'admin' }))}.${signature}`;
    await expect(verify(raised)).rejects.toMatchObject(refused('not-signed-in', /signature/));
    for (const text of ['', '.', '..', 'a.b.c', 'null', `${encode(null)}.x.y`, 'ä'.repeat(1000)]) {
      await expect(verify(text)).rejects.toMatchObject({ code: 'not-signed-in' });
    }
  });
});
