// Identity: people, their sessions and devices, invitations, API keys.
import { z } from 'zod';
import {
  ApiKeyId,
  ApplicationId,
  DeviceId,
  Instant,
  NotificationId,
  SessionId,
  Slug,
  UserId,
} from '../ids';

export const ROLES = ['user', 'admin', 'auditor'] as const;
export const Role = z.enum(ROLES);
export type Role = z.infer<typeof Role>;

/** What an API key may do. A key can do nothing that is not named in its scopes. */
export const SCOPES = [
  'sessions:read',
  'risk:read',
  'alerts:read',
  'policy:read',
  'audit:read',
  'metrics:read',
  'network:read',
  'network:write',
  'attacks:write',
  'sessions:write',
  'decisions:read',
  'webhooks:manage',
] as const;
export const Scope = z.enum(SCOPES);
export type Scope = z.infer<typeof Scope>;

/** What the key of an application may be given: all of these concern its own sessions alone. */
export const APPLICATION_SCOPES = [
  'sessions:write',
  'sessions:read',
  'risk:read',
  'decisions:read',
  'webhooks:manage',
] as const satisfies Scope[];
/** What a key of the installation may be given: it belongs to no application and is not bound to the sessions of one. */
export const INSTALLATION_SCOPES = [
  'sessions:read',
  'risk:read',
  'alerts:read',
  'policy:read',
  'audit:read',
  'metrics:read',
  'network:read',
  'network:write',
  'attacks:write',
] as const satisfies Scope[];

export const Email = z
  .email('must be an e-mail address')
  .max(254)
  .transform((value) => value.toLowerCase());
/** OWASP ASVS 5: at least 12 characters, no composition rules, at most 128. */
export const NewPassword = z
  .string()
  .min(12, 'must have at least 12 characters')
  .max(128, 'must have at most 128 characters');
/** A password as typed at sign-in: only bounded, so that the answer never tells the rules. */
export const Password = z.string().min(1).max(128);
export const TotpCode = z.string().regex(/^\d{6}$/, 'must be six digits');
export const PersonName = z.string().trim().min(1).max(100);

export const USER_STATUSES = ['invited', 'active', 'disabled'] as const;
export const UserStatus = z.enum(USER_STATUSES);
export type UserStatus = z.infer<typeof UserStatus>;

export const User = z.object({
  id: UserId,
  email: z.string(),
  name: z.string(),
  role: Role,
  /** Ids of the groups that the person belongs to. */
  groups: z.array(z.string()),
  status: UserStatus,
  totp_enrolled: z.boolean(),
  /** How many passkeys are enrolled. */
  passkeys: z.number().int(),
  demo: z.boolean(),
  created_at: Instant,
  last_seen_at: Instant.nullable(),
});
export type User = z.infer<typeof User>;

/** People that policies speak of together. */
export const Group = z.object({
  /** As policies name it; it never changes. */
  id: Slug,
  name: z.string(),
  description: z.string(),
  /** How many belong to it. */
  members: z.number().int(),
  created_at: Instant,
});
export type Group = z.infer<typeof Group>;

/** What a browser says of itself at sign-in. `fingerprint` is a random id that the client keeps, not a measurement. */
export const DeviceProfile = z.strictObject({
  fingerprint: z.string().regex(/^[A-Za-z0-9_-]{22}$/, 'must be 16 bytes in base64url'),
  platform: z.string().max(100).default(''),
  screen: z
    .string()
    .regex(/^\d{1,5}x\d{1,5}$/)
    .optional(),
  languages: z.array(z.string().max(20)).max(10).default([]),
});
export type DeviceProfile = z.infer<typeof DeviceProfile>;

export const Device = z.object({
  id: DeviceId,
  user_id: UserId,
  label: z.string(),
  user_agent: z.string(),
  platform: z.string(),
  screen: z.string().nullable(),
  languages: z.array(z.string()),
  trusted: z.boolean(),
  first_seen_at: Instant,
  last_seen_at: Instant,
});
export type Device = z.infer<typeof Device>;

export const SESSION_STATES = [
  'active',
  'step_up',
  'restricted',
  'terminated',
  'logged_out',
  'expired',
] as const;
export const SessionState = z.enum(SESSION_STATES);
export type SessionState = z.infer<typeof SessionState>;
/** The states in which a session still lives. */
export const LIVE_STATES = ['active', 'step_up', 'restricted'] as const satisfies SessionState[];

/** How the person last proved who they are (RFC 9470 `acr`), from weak to strong. */
export const ACR = {
  /** Something known: the password. */
  password: 'urn:verity:acr:pwd',
  /** A one-time code: of an authenticator app, or a recovery code. */
  totp: 'urn:verity:acr:otp',
  /** Phishing-resistant: a passkey, with its user verified. */
  passkey: 'urn:verity:acr:phr',
} as const;

export const Session = z.object({
  id: SessionId,
  user_id: UserId,
  user_email: z.string(),
  user_name: z.string(),
  role: Role,
  device_id: DeviceId,
  device_label: z.string(),
  device_trusted: z.boolean(),
  address: z.string(),
  /** The facility whose network the address belongs to, by configuration. */
  facility: z.string().nullable(),
  state: SessionState,
  /** Why it is in this state, in words for its owner; null while active. */
  state_reason: z.string().nullable(),
  /** Null, with the band, until the first score: its sign-in gives it, as a rule within a second. */
  risk_score: z.number().nullable(),
  band: z.enum(['low', 'medium', 'high', 'critical']).nullable(),
  acr: z.string(),
  started_at: Instant,
  last_seen_at: Instant,
  ended_at: Instant.nullable(),
  demo: z.boolean(),
  /** The application that handed the session over; null for sessions of Verity itself. */
  application_id: ApplicationId.nullable().default(null),
});
export type Session = z.infer<typeof Session>;

export const NOTIFICATION_KINDS = [
  'new_device',
  'step_up_required',
  'session_restricted',
  'session_restored',
  'session_terminated',
  'step_up_passed',
  'account',
  'petition',
  'privacy',
  'policy',
  'system',
] as const;
export const NotificationKind = z.enum(NOTIFICATION_KINDS);
export type NotificationKind = z.infer<typeof NotificationKind>;

/** Kinds that a person may do without; every other tells of a danger to the account, and always reaches them. */
export const MUTABLE_NOTIFICATIONS = [
  'session_restored',
  'step_up_passed',
  'petition',
] as const satisfies readonly NotificationKind[];
export const MutableNotification = z.enum(MUTABLE_NOTIFICATIONS, {
  error: `can be one of ${MUTABLE_NOTIFICATIONS.join(', ')}: every other kind tells of a danger to the account`,
});
export type MutableNotification = z.infer<typeof MutableNotification>;

export const Notification = z.object({
  id: NotificationId,
  kind: NotificationKind,
  title: z.string(),
  body: z.string(),
  /** Path in the client that it leads to. */
  link: z.string().nullable(),
  session_id: SessionId.nullable(),
  /** With `step_up_required`: the ways that would do, in order of preference (RFC 9470). */
  acr_values: z.string().optional(),
  created_at: Instant,
  read_at: Instant.nullable(),
});
export type Notification = z.infer<typeof Notification>;

export const ApiKey = z.object({
  id: ApiKeyId,
  name: z.string(),
  /** First characters of the key, to recognise it by. */
  prefix: z.string(),
  scopes: z.array(Scope),
  /** The application that holds it; null for a key of the installation. */
  application_id: ApplicationId.nullable().default(null),
  created_by: z.string(),
  created_at: Instant,
  expires_at: Instant,
  last_used_at: Instant.nullable(),
  revoked_at: Instant.nullable(),
});
export type ApiKey = z.infer<typeof ApiKey>;

export const StepUpMethod = z.enum(['passkey', 'totp', 'recovery_code', 'password']);
export type StepUpMethod = z.infer<typeof StepUpMethod>;

export const Verdict = z.enum(['me', 'not_me']);
export type Verdict = z.infer<typeof Verdict>;

/** The reply to signing in and to refreshing. The refresh token goes in an HttpOnly cookie. */
export const SignedIn = z.object({
  token: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: z.number().int(),
  user: User,
  session: Session,
});
export type SignedIn = z.infer<typeof SignedIn>;

/** Claims of the access token (ES256). */
export interface AccessClaims {
  iss: string;
  aud: string;
  sub: UserId;
  sid: SessionId;
  role: Role;
  /** Of the newest proof: how strong, when (seconds), and by what (RFC 9470, RFC 8176). */
  acr: string;
  auth_time: number;
  amr: string[];
  iat: number;
  exp: number;
  jti: string;
}

/** Claims of a collector token (ES256, audience `collector`). */
export interface CollectorClaims extends Omit<AccessClaims, 'acr' | 'auth_time' | 'amr'> {
  /** The application in whose pages it may be used. */
  app: ApplicationId;
}
