// For specs of passkeys: people of a platform who enrol, step up and sign in with passkeys made of software.
import { softwarePasskey, type Lies } from '@verity/adapters/crypto/software-passkey';
import type { CreationOptions, RequestOptions } from '@verity/protocol/identity/passkeys';
import type { SessionId } from '@verity/protocol/ids';
import { ISSUER, type Platform, type Visitor } from './spec-platform';

export async function enrol({ call }: Visitor, passkey = softwarePasskey(ISSUER), lies: Lies = {}) {
  const options = (await call('POST', '/api/v1/me/passkeys/options')).json;
  const response = passkey.create(options as unknown as CreationOptions, lies);
  return { passkey, answer: await call('POST', '/api/v1/me/passkeys', { response }) };
}

export const askStepUp = async ({ call }: Visitor): Promise<RequestOptions> =>
  (await call('POST', '/api/v1/step-up/passkey')).json as unknown as RequestOptions;

export const give = ({ call }: Visitor, response: unknown) =>
  call('POST', '/api/v1/step-up', { method: 'passkey', response });

/** The world of one spec file; `platform` is asked late, since it opens in `beforeAll`. */
export function passkeyPeople(platform: () => Platform) {
  let people = 0;
  let addresses = 0;
  return {
    async somebody(): Promise<{ email: string; visitor: Visitor; id: SessionId }> {
      const email = `passkey${(people += 1)}@example.org`;
      await platform().person(email);
      const visitor = await platform().visit(email);
      return { email, visitor, id: visitor.signedIn.session.id };
    },
    async askSignIn(): Promise<RequestOptions> {
      const asked = await platform().call('POST', '/api/v1/auth/passkey/options');
      return asked.json as unknown as RequestOptions;
    },
    signInWith: (response: unknown) =>
      platform().call('POST', '/api/v1/auth/passkey', {
        headers: { 'x-forwarded-for': `203.0.113.${(addresses += 1)}` },
        body: { response },
      }),
    recorded: (action: string): number =>
      platform().published.filter((each) => (each.payload as { action?: string }).action === action)
        .length,
  };
}
