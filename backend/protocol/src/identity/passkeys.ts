// Passkeys: what is shown of them, and the JSON of WebAuthn (Level 3, section 5.1) as browsers and servers exchange it.
import { z } from 'zod';
import { Instant, PasskeyId } from '../ids';

export const PasskeyName = z.string().trim().min(1).max(60);

export const Passkey = z.object({
  id: PasskeyId,
  name: z.string(),
  /** The credential's own id, base64url: for telling the browser which passkeys are still taken. */
  credential_id: z.string(),
  /** Kept in a synchronised store of the person, not on one device alone. */
  synced: z.boolean(),
  /** The model of the authenticator, a UUID; all zeros when it does not say. */
  aaguid: z.string(),
  created_at: Instant,
  last_used_at: Instant.nullable(),
});
export type Passkey = z.infer<typeof Passkey>;

const base64url = (longest: number) =>
  z
    .string()
    .regex(/^[A-Za-z0-9_-]+$/, 'must be base64url without padding')
    .max(longest);

/** A credential id has at most 1023 bytes. */
const CredentialId = base64url(1_400);
const Transport = z.string().regex(/^[a-z-]{1,30}$/, 'must be the name of a transport');

const answered = {
  id: CredentialId,
  rawId: CredentialId,
  type: z.literal('public-key'),
  authenticatorAttachment: z.string().max(30).nullish(),
  clientExtensionResults: z.record(z.string().max(100), z.unknown()).default({}),
};

/** What `navigator.credentials.create()` gave, as JSON. */
export const AttestationAnswer = z.strictObject({
  ...answered,
  response: z.strictObject({
    clientDataJSON: base64url(8_000),
    attestationObject: base64url(64_000),
    transports: z.array(Transport).max(10).optional(),
    authenticatorData: base64url(16_000).optional(),
    publicKey: base64url(16_000).nullish(),
    publicKeyAlgorithm: z.number().int().optional(),
  }),
});
export type AttestationAnswer = z.infer<typeof AttestationAnswer>;

/** What `navigator.credentials.get()` gave, as JSON. */
export const AssertionAnswer = z.strictObject({
  ...answered,
  response: z.strictObject({
    clientDataJSON: base64url(8_000),
    authenticatorData: base64url(16_000),
    signature: base64url(8_000),
    userHandle: base64url(100).nullish(),
  }),
});
export type AssertionAnswer = z.infer<typeof AssertionAnswer>;

const Credential = z.object({
  id: z.string(),
  type: z.literal('public-key'),
  transports: z.array(z.string()).optional(),
});

/** Options for `navigator.credentials.create()`: PublicKeyCredentialCreationOptionsJSON. */
export const CreationOptions = z.object({
  rp: z.object({ id: z.string(), name: z.string() }),
  user: z.object({ id: z.string(), name: z.string(), displayName: z.string() }),
  challenge: z.string(),
  pubKeyCredParams: z.array(z.object({ type: z.literal('public-key'), alg: z.number() })),
  timeout: z.number(),
  excludeCredentials: z.array(Credential),
  authenticatorSelection: z.object({
    residentKey: z.literal('required'),
    requireResidentKey: z.literal(true),
    userVerification: z.literal('required'),
  }),
  attestation: z.literal('none'),
});
export type CreationOptions = z.infer<typeof CreationOptions>;

/** Options for `navigator.credentials.get()`: PublicKeyCredentialRequestOptionsJSON. */
export const RequestOptions = z.object({
  rpId: z.string(),
  challenge: z.string(),
  timeout: z.number(),
  /** Empty when the person picks among the passkeys that the browser finds. */
  allowCredentials: z.array(Credential),
  userVerification: z.literal('required'),
});
export type RequestOptions = z.infer<typeof RequestOptions>;
