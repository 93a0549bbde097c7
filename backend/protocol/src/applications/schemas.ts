// Applications: programs of others that hand over their users' sessions, or stand behind a proxy that asks Verity.
import { z } from 'zod';
import { ApplicationId, Instant, SessionId } from '../ids';
import { PersonName, SessionState } from '../identity/schemas';
import { Effect } from '../policy/schemas';
import { Band } from '../risk/schemas';

/** Stands behind the `@` in the names of the application's users: without a dot, it can never be an e-mail domain. */
export const Handle = z
  .string()
  .regex(/^[a-z][a-z0-9-]{1,30}$/, 'must be 2 to 31 lower-case letters, digits and hyphens');

const LOCAL = /^(localhost|127\.0\.0\.1|\[::1\])$|\.localhost$/;

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const secure =
    url.protocol === 'https:' || (url.protocol === 'http:' && LOCAL.test(url.hostname));
  return secure && url.origin === text;
}

/** Scheme, host and port as browsers write them, and nothing else. */
export const WebOrigin = z
  .string()
  .max(200)
  .refine(
    isOrigin,
    'must be an origin such as https://shop.example, without a path; http only for localhost',
  );

export const Application = z.object({
  id: ApplicationId,
  name: z.string(),
  handle: Handle,
  /** Where its pages are: the collector and the forward-auth cookie work there and nowhere else. */
  origins: z.array(WebOrigin),
  /** E-mail address of the admin who looks after it. */
  owner: z.string(),
  created_at: Instant,
});
export type Application = z.infer<typeof Application>;

const plain = z.string().regex(/^[^\p{Cc}]*$/u, 'must not have control characters');

export const NetworkAddress = z.union([z.ipv4(), z.ipv6()], {
  error: 'must be an IPv4 or IPv6 address',
});

/** A user of an application as the application knows them. */
export const ExternalUser = z.strictObject({
  id: plain
    .min(1)
    .max(120)
    .refine((id) => id.trim() === id, 'must not begin or end with a space'),
  name: PersonName.optional(),
});

/** What an application knows of the device: any part may be missing. */
export const ExternalDevice = z.strictObject({
  /** Any string that the application keeps in that browser, e.g. a cookie of its own. */
  id: plain.min(1).max(200).optional(),
  platform: plain.max(100).optional(),
  screen: z
    .string()
    .regex(/^\d{1,5}x\d{1,5}$/, 'must be width and height in pixels such as 1440x900')
    .optional(),
  languages: z.array(plain.max(20)).max(10).optional(),
});

export const HandedSession = z.strictObject({
  user: ExternalUser,
  device: ExternalDevice.optional(),
  /** Of the user's browser, not of the application. */
  address: NetworkAddress,
  user_agent: plain.max(500).default(''),
  /** BCP 47, e.g. de-AT; stands for the languages of the device when they are not given. */
  locale: z
    .string()
    .regex(/^[A-Za-z0-9-]{2,20}$/, 'must be a language tag such as de-AT')
    .optional(),
});
export type HandedSession = z.infer<typeof HandedSession>;

/** A session of an application's user, as the application may know it. */
export const ApplicationSession = z.object({
  id: SessionId,
  /** The id under which the application handed the user over. */
  external_user_id: z.string(),
  state: SessionState,
  state_reason: z.string().nullable(),
  /** Null, with the band, until the first score: what is handed over gives it, as a rule within a second. */
  risk_score: z.number().nullable(),
  band: Band.nullable(),
  acr: z.string(),
  last_proof_at: Instant.nullable(),
  started_at: Instant,
  last_seen_at: Instant,
  ended_at: Instant.nullable(),
  expires_at: Instant,
});
export type ApplicationSession = z.infer<typeof ApplicationSession>;

/** Opens the telemetry socket of one session from pages of the application's origins, and can do nothing else. */
export const CollectorGrant = z.object({
  token: z.string(),
  expires_at: Instant,
  /** Address of the platform, for `startCollector({ url })`. */
  url: z.string(),
  /** The collector as an ES module. */
  script: z.string(),
});
export type CollectorGrant = z.infer<typeof CollectorGrant>;

export const ApplicationDecision = z.object({
  session_id: SessionId,
  effect: Effect,
  /** The strongest reasons in words, strongest first. */
  reasons: z.array(z.string()),
  rule_id: z.string(),
  rule_name: z.string(),
  policy_version: z.number().int(),
  /** How sensitive the resource was taken to be. */
  sensitivity: z.enum(['low', 'medium', 'high']),
  /**
   * Of the session with what this request tells. Null, with the band, while nothing is known of either: the policy
   * judges by the prior then, a score of 10.
   */
  risk_score: z.number().nullable(),
  band: Band.nullable(),
  at: Instant,
});
export type ApplicationDecision = z.infer<typeof ApplicationDecision>;
