// HTTP routes of passkeys and recovery codes: signing in, stepping up, and looking after the own ones.
import { z } from 'zod';
import { routes } from '../route';
import { PasskeyId } from '../ids';
import {
  AssertionAnswer,
  AttestationAnswer,
  CreationOptions,
  Passkey,
  PasskeyName,
  RequestOptions,
} from './passkeys';
import { DeviceProfile, ROLES, SignedIn } from './schemas';

const self = { roles: ROLES } as const;
const onePasskey = z.strictObject({ id: PasskeyId });
/** What changes how a person can prove who they are asks for proof that is fresh, and as strong as they have. */
const fresh = { maxAgeSeconds: 300, acr: 'otp' } as const;

export const passkeyRoutes = routes({
  'POST /api/v1/auth/passkey/options': {
    summary: 'Begin to sign in with a passkey: options for navigator.credentials.get()',
    subject: 'identity',
    who: 'anyone',
    sensitivity: 'low',
    perMinute: 60,
    faults: ['conflict', 'unavailable'],
    reply: RequestOptions,
  },
  'POST /api/v1/auth/passkey': {
    summary: 'Sign in with the answer of a passkey, without e-mail address or password',
    subject: 'identity',
    who: 'anyone',
    sensitivity: 'low',
    perMinute: 60,
    body: z.strictObject({ response: AssertionAnswer, device: DeviceProfile.optional() }),
    faults: ['wrong-credentials', 'conflict', 'unavailable'],
    reply: SignedIn,
  },
  'POST /api/v1/step-up/passkey': {
    summary: 'Begin a step-up with a passkey; its answer goes to POST /api/v1/step-up',
    subject: 'identity',
    who: self,
    sensitivity: 'low',
    whileStepUp: true,
    perMinute: 20,
    faults: ['conflict'],
    reply: RequestOptions,
  },
  'GET /api/v1/me/passkeys': {
    summary: 'The own passkeys, newest first',
    subject: 'identity',
    who: self,
    sensitivity: 'low',
    reply: z.object({ items: z.array(Passkey) }),
  },
  'POST /api/v1/me/passkeys/options': {
    summary: 'Begin to add a passkey: options for navigator.credentials.create()',
    subject: 'identity',
    who: self,
    sensitivity: 'medium',
    freshness: fresh,
    perMinute: 20,
    faults: ['conflict'],
    reply: CreationOptions,
  },
  'POST /api/v1/me/passkeys': {
    summary:
      'Finish adding a passkey; the first strong way answers recovery codes, which are shown once',
    subject: 'identity',
    who: self,
    sensitivity: 'medium',
    freshness: fresh,
    perMinute: 20,
    body: z.strictObject({ name: PasskeyName.optional(), response: AttestationAnswer }),
    faults: ['wrong-credentials', 'conflict'],
    reply: z.object({ passkey: Passkey, recovery_codes: z.array(z.string()) }),
  },
  'PATCH /api/v1/me/passkeys/:id': {
    summary: 'Rename a passkey',
    subject: 'identity',
    who: self,
    sensitivity: 'low',
    params: onePasskey,
    body: z.strictObject({ name: PasskeyName }),
    reply: Passkey,
  },
  'DELETE /api/v1/me/passkeys/:id': {
    summary: 'Remove a passkey; with the last strong way the recovery codes go too',
    subject: 'identity',
    who: self,
    sensitivity: 'medium',
    freshness: fresh,
    params: onePasskey,
    reply: z.object({ passkeys_left: z.number().int(), recovery_codes_left: z.number().int() }),
  },
  'POST /api/v1/me/recovery-codes': {
    summary: 'Ten new recovery codes, shown once; the old ones are void',
    subject: 'identity',
    who: self,
    sensitivity: 'medium',
    freshness: fresh,
    perMinute: 10,
    faults: ['conflict'],
    reply: z.object({ recovery_codes: z.array(z.string()) }),
  },
});
