// Passkeys as browsers answer them, mangled in every way: refused, and never an error of our own.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CreationOptions, RequestOptions } from '@verity/protocol/identity/passkeys';
import { createPasskeyCeremonies } from './passkeys';
import { softwarePasskey } from './software-passkey';

const ORIGIN = 'https://verity.test';
const person = { id: '01890a5d-ac96-774b-bcce-b302099a8057' as never, email: 'a@b.c', name: 'A' };

describe('the ceremonies of passkeys', () => {
  const ceremonies = createPasskeyCeremonies(ORIGIN);

  const mangle = (encoded: string, at: number, byte: number): string => {
    const bytes = Buffer.from(encoded, 'base64url');
    bytes[at % bytes.length] = byte;
    return bytes.toString('base64url');
  };

  it('answers every mangled attestation with a refusal, never with an error of its own', async () => {
    const passkey = softwarePasskey(ORIGIN);
    const options = {
      rp: { id: 'verity.test', name: 'Verity' },
      user: { id: 'dQ', name: 'u', displayName: 'u' },
    } as CreationOptions;
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
  });

  it('takes no mangled assertion for a proof', async () => {
    const passkey = softwarePasskey(ORIGIN);
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
});
