// The ceremonies of WebAuthn by @simplewebauthn: the user is always verified, the page is always ours, no attestation.
import {
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type AuthenticationResponseJSON,
  type RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { cose, decodeCredentialPublicKey } from '@simplewebauthn/server/helpers';
import { Fault } from '@verity/protocol/faults';
import type { AssertionAnswer, AttestationAnswer } from '@verity/protocol/identity/passkeys';
import type {
  Checked,
  PasskeyCeremonies,
  PasskeyRecord,
} from '@verity/domain/identity/passkey-ports';
import { isDerSignature } from './ecdsa-signature';
import { modelName } from './passkey-models';

/** How long the browser waits for the person, ms. */
const TIMEOUT_MS = 120_000;
/** What is taken, most wanted first; all but the first two for old security keys and Windows. */
const ALGORITHMS = [cose.COSEALG.EdDSA, cose.COSEALG.ES256, cose.COSEALG.RS256];

/** Where passkeys of an installation hold: its host, and the one origin that may use them. */
export interface RelyingParty {
  id: string;
  origin: string;
}

/** Null where browsers allow no passkeys: they want https or localhost, and a name rather than an address. */
export function relyingPartyOf(publicUrl: string): RelyingParty | null {
  const { protocol, hostname, origin } = new URL(publicUrl);
  const isLocal = hostname === 'localhost' || hostname.endsWith('.localhost');
  const isAddress = /^[\d.]+$|^\[/.test(hostname);
  return (protocol === 'https:' || isLocal) && !isAddress ? { id: hostname, origin } : null;
}

const descriptor = ({
  credentialId,
  transports,
}: Pick<PasskeyRecord, 'credentialId' | 'transports'>) => ({
  id: credentialId,
  type: 'public-key' as const,
  ...(transports.length > 0 ? { transports } : {}),
});

export function createPasskeyCeremonies(publicUrl: string): PasskeyCeremonies {
  const party = relyingPartyOf(publicUrl);
  const place = (): RelyingParty => {
    if (party) return party;
    throw new Fault('conflict', `Browsers allow no passkeys on ${publicUrl}.`, {
      fix: 'Reach this installation by https under a name, and set PUBLIC_URL to that address.',
    });
  };

  return {
    creationOptions: (person, known, challenge) => ({
      rp: { id: place().id, name: 'Verity' },
      user: { id: encode(person.id), name: person.email, displayName: person.name },
      challenge,
      pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key' as const, alg })),
      timeout: TIMEOUT_MS,
      excludeCredentials: known.map(descriptor),
      authenticatorSelection: {
        residentKey: 'required',
        requireResidentKey: true,
        userVerification: 'required',
      },
      attestation: 'none',
    }),

    requestOptions: (known, challenge) => ({
      rpId: place().id,
      challenge,
      timeout: TIMEOUT_MS,
      allowCredentials: known.map(descriptor),
      userVerification: 'required',
    }),

    challengeOf({ response }) {
      const client = clientData(response.clientDataJSON);
      return typeof client?.challenge === 'string' ? client.challenge : null;
    },

    userOf: ({ response: { userHandle } }) =>
      userHandle ? Buffer.from(userHandle, 'base64url').toString('utf8') : null,

    checkAttestation: (answer, challenge) =>
      checked(place(), answer, async ({ id, origin }) => {
        const result = await verifyRegistrationResponse({
          response: answer as RegistrationResponseJSON,
          expectedChallenge: challenge,
          expectedOrigin: origin,
          expectedRPID: id,
          requireUserVerification: true,
          supportedAlgorithmIDs: ALGORITHMS,
        });
        if (!result.verified) return null;
        const { aaguid, credential, credentialBackedUp } = result.registrationInfo;
        return {
          credentialId: credential.id,
          publicKey: Buffer.from(credential.publicKey).toString('base64url'),
          counter: credential.counter,
          transports: answer.response.transports ?? [],
          aaguid,
          synced: credentialBackedUp,
          model: modelName(aaguid, answer.authenticatorAttachment ?? undefined),
        };
      }),

    checkAssertion: (answer, passkey, challenge) =>
      checked(place(), answer, async ({ id, origin }) => {
        const publicKey = new Uint8Array(Buffer.from(passkey.publicKey, 'base64url'));
        if (!isSignedCanonically(answer, publicKey)) return null;
        const { verified, authenticationInfo } = await verifyAuthenticationResponse({
          response: answer as AuthenticationResponseJSON,
          expectedChallenge: challenge,
          expectedOrigin: origin,
          expectedRPID: id,
          requireUserVerification: true,
          credential: {
            id: passkey.credentialId,
            publicKey,
            transports: passkey.transports,
            // The library would judge the counter before the signature: anybody could then cry "copied".
            counter: 0,
          },
        });
        if (!verified) return null;
        const { newCounter, credentialBackedUp } = authenticationInfo;
        return { counter: newCounter, synced: credentialBackedUp };
      }),
  };
}

/** The library reads encodings of a signature that are not DER. */
function isSignedCanonically(answer: AssertionAnswer, publicKey: Uint8Array<ArrayBuffer>): boolean {
  const key = decodeCredentialPublicKey(publicKey);
  if (key.get(cose.COSEKEYS.kty) !== cose.COSEKTY.EC2) return true;
  return isDerSignature(Buffer.from(answer.response.signature, 'base64url'));
}

const encode = (text: string): string => Buffer.from(text, 'utf8').toString('base64url');

interface ClientData {
  type?: unknown;
  challenge?: unknown;
  origin?: unknown;
}

function clientData(encoded: string): ClientData | null {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8'));
    return typeof parsed === 'object' && parsed !== null ? parsed : null;
  } catch {
    return null;
  }
}

/** Refusals of the library that a person can bring about, by its words, in ours. */
const REFUSALS: [said: RegExp, why: string][] = [
  [/user could not be verified/i, 'it did not verify its user by PIN, fingerprint or face'],
  [/user (was )?not present/i, 'nobody touched it'],
  [/RP ID/i, 'it is for another site'],
  [/Unexpected public key alg/i, 'it signs by an algorithm that is not taken'],
];

/** What the library answers or throws, as an outcome: whatever it cannot read is malformed. */
async function checked<T extends object>(
  party: RelyingParty,
  answer: AssertionAnswer | AttestationAnswer,
  verify: (party: RelyingParty) => Promise<T | null>,
): Promise<Checked<T>> {
  const { origin } = clientData(answer.response.clientDataJSON) ?? {};
  if (origin !== party.origin) {
    return { ok: false, flaw: 'refused', why: `it was used on another site than ${party.origin}` };
  }
  try {
    const verified = await verify(party);
    if (verified) return { ok: true, ...verified };
    return { ok: false, flaw: 'refused', why: 'its signature does not fit' };
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const known = REFUSALS.find(([words]) => words.test(said));
    return known
      ? { ok: false, flaw: 'refused', why: known[1] }
      : { ok: false, flaw: 'malformed', why: 'it is not what an authenticator gives' };
  }
}
