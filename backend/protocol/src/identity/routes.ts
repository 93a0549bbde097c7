// HTTP routes of signing in, the own account, and proving again who one is.
import { z } from 'zod';
import { routes } from '../route';
import { AlertId, DeviceId, SessionId } from '../ids';
import { PageQuery, page } from '../page';
import { AssertionAnswer } from './passkeys';
import {
  Device,
  DeviceProfile,
  Email,
  NewPassword,
  Password,
  PersonName,
  ROLES,
  Role,
  Session,
  SignedIn,
  StepUpMethod,
  TotpCode,
  User,
  Verdict,
} from './schemas';

const done = z.object({ done: z.literal(true) });
const self = { roles: ROLES } as const;
const login = {
  summary: 'Sign in with e-mail and password',
  subject: 'identity',
  who: 'anyone',
  sensitivity: 'low',
  perMinute: 60,
  body: z.strictObject({ email: Email, password: Password, device: DeviceProfile.optional() }),
  faults: ['wrong-credentials'],
  reply: SignedIn,
} as const;

export const identityRoutes = routes({
  'POST /api/v1/auth/login': login,
  'POST /api-login': login,
  'POST /api/v1/auth/refresh': {
    summary: 'A new access token for the refresh cookie, which is rotated',
    subject: 'identity',
    who: 'anyone',
    sensitivity: 'low',
    perMinute: 60,
    faults: ['not-signed-in', 'refresh-reused', 'session-ended', 'not-allowed'],
    reply: SignedIn,
  },
  'POST /api/v1/auth/logout': {
    summary: 'End the own session',
    subject: 'identity',
    who: self,
    sensitivity: 'low',
    whileStepUp: true,
    reply: done,
  },
  'POST /api/v1/auth/register': {
    summary: 'Open an account, when the installation allows it (REGISTRATION=open)',
    subject: 'identity',
    who: 'anyone',
    sensitivity: 'low',
    perMinute: 10,
    body: z.strictObject({ email: Email, name: PersonName, password: NewPassword }),
    faults: ['not-allowed'],
    reply: done,
  },
  'POST /api/v1/auth/invitation': {
    summary: 'What an invitation, reset or set-up link is for',
    subject: 'identity',
    who: 'anyone',
    sensitivity: 'low',
    perMinute: 30,
    body: z.strictObject({ token: z.string().min(20).max(100) }),
    faults: ['link-expired'],
    reply: z.object({
      kind: z.enum(['setup', 'invitation', 'reset']),
      email: z.string().nullable(),
      role: Role,
      expires_at: z.string(),
    }),
  },
  'POST /api/v1/auth/accept': {
    summary: 'Set the password that a set-up, invitation or reset link asks for',
    subject: 'identity',
    who: 'anyone',
    sensitivity: 'low',
    perMinute: 10,
    body: z.strictObject({
      token: z.string().min(20).max(100),
      /** Needed by a set-up link only; an invitation knows the address. */
      email: Email.optional(),
      name: PersonName.optional(),
      password: NewPassword,
    }),
    faults: ['link-expired', 'conflict'],
    reply: done,
  },
  'POST /api/v1/auth/password': {
    summary: 'Change the own password; every other session of the account ends',
    subject: 'identity',
    who: self,
    sensitivity: 'medium',
    perMinute: 10,
    body: z.strictObject({ current: Password, next: NewPassword }),
    faults: ['wrong-credentials'],
    reply: done,
  },
  'POST /api/v1/step-up': {
    summary:
      'Prove again who you are: evidence that lowers the score and lifts a step-up; answers a token that says so',
    subject: 'identity',
    who: self,
    sensitivity: 'low',
    whileStepUp: true,
    perMinute: 20,
    body: z.discriminatedUnion('method', [
      z.strictObject({ method: z.literal('passkey'), response: AssertionAnswer }),
      z.strictObject({ method: z.literal('totp'), code: TotpCode }),
      z.strictObject({ method: z.literal('recovery_code'), code: z.string().min(8).max(40) }),
      z.strictObject({ method: z.literal('password'), password: Password }),
    ]),
    faults: ['wrong-credentials', 'conflict'],
    reply: SignedIn.omit({ user: true }),
  },
  'GET /api/v1/me': {
    summary: 'The own account, session, and the ways to prove oneself again',
    subject: 'identity',
    who: self,
    sensitivity: 'low',
    whileStepUp: true,
    reply: z.object({
      user: User,
      session: Session,
      step_up_methods: z.array(StepUpMethod),
      recovery_codes_left: z.number().int(),
    }),
  },
  'POST /api/v1/me/totp': {
    summary: 'Begin to enrol an authenticator app',
    subject: 'identity',
    who: self,
    sensitivity: 'medium',
    freshness: { maxAgeSeconds: 300, acr: 'otp' },
    faults: ['conflict'],
    reply: z.object({ secret: z.string(), otpauth_uri: z.string(), qr_svg: z.string() }),
  },
  'POST /api/v1/me/totp/confirm': {
    summary:
      'Finish enrolling with a first code; the first strong way answers recovery codes, shown once',
    subject: 'identity',
    who: self,
    sensitivity: 'medium',
    body: z.strictObject({ code: TotpCode }),
    faults: ['wrong-credentials', 'conflict'],
    reply: z.object({ recovery_codes: z.array(z.string()) }),
  },
  'POST /api/v1/me/totp/remove': {
    summary: 'Remove the authenticator app',
    subject: 'identity',
    who: self,
    sensitivity: 'medium',
    perMinute: 10,
    body: z.strictObject({ password: Password, code: TotpCode }),
    faults: ['wrong-credentials', 'conflict'],
    reply: done,
  },
  'GET /api/v1/me/sessions': {
    summary: 'The own sessions, newest first',
    subject: 'identity',
    who: self,
    sensitivity: 'low',
    query: z.strictObject(PageQuery),
    reply: page(Session),
  },
  'DELETE /api/v1/me/sessions/:id': {
    summary: 'End one of the own sessions',
    subject: 'identity',
    who: self,
    sensitivity: 'low',
    params: z.strictObject({ id: SessionId }),
    reply: done,
  },
  'GET /api/v1/me/devices': {
    summary: 'The own devices',
    subject: 'identity',
    who: self,
    sensitivity: 'low',
    reply: z.object({ items: z.array(Device) }),
  },
  'PATCH /api/v1/me/devices/:id': {
    summary: 'Name a device; trust or distrust it, which needs fresh proof',
    subject: 'identity',
    who: self,
    sensitivity: 'medium',
    params: z.strictObject({ id: DeviceId }),
    body: z.strictObject({
      label: z.string().trim().min(1).max(60).optional(),
      trusted: z.boolean().optional(),
    }),
    faults: ['step-up-required'],
    reply: Device,
  },
  'DELETE /api/v1/me/devices/:id': {
    summary: 'Forget a device; its sessions end',
    subject: 'identity',
    who: self,
    sensitivity: 'medium',
    params: z.strictObject({ id: DeviceId }),
    reply: done,
  },
  'POST /api/v1/me/verdicts': {
    summary:
      'Say "this was me" or "this was not me" of one of the own sessions, or of an alert about one',
    subject: 'identity',
    who: self,
    sensitivity: 'low',
    whileStepUp: true,
    perMinute: 30,
    body: z
      .strictObject({
        session_id: SessionId.optional(),
        alert_id: AlertId.optional(),
        verdict: Verdict,
      })
      .refine(
        (body) => (body.session_id === undefined) !== (body.alert_id === undefined),
        'needs session_id or alert_id',
      ),
    faults: ['not-found', 'step-up-required'],
    reply: done,
  },
});
