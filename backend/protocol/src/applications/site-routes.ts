// HTTP routes of protected sites: a reverse proxy asks before each request, and the site gets a session cookie of its own.
import { z } from 'zod';
import { Instant } from '../ids';
import { ROLES } from '../identity/schemas';
import { routes } from '../route';
import { CollectorGrant, WebOrigin } from './schemas';

/** A place on a site: a path and query, so that it can lead nowhere else. */
export const SitePath = z
  .string()
  .max(2000)
  .regex(/^\/(?![/\\])[^\\\p{Cc}]*$/u, 'must be a path on the site, such as /reports?year=2');

/** What the browser that began to sign in proves at the end that it is. SHA-256 in hex. */
const State = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits');

const site = { subject: 'applications', who: 'anyone', sensitivity: 'low' } as const;

export const siteRoutes = routes({
  'GET /api/v1/authorize': {
    ...site,
    summary:
      'Forward-auth: may the request that the proxy describes pass? By the cookie of the site or a bearer token',
    // One caller is the proxy, for everybody behind it.
    perMinute: 600_000,
    query: z.strictObject({
      /** `redirect`: answers 302 to where the browser can mend it, for proxies that pass the answer on. */
      answer: z.enum(['status', 'redirect']).default('status'),
    }),
    faults: [
      'not-signed-in',
      'session-ended',
      'step-up-required',
      'session-restricted',
      'not-allowed',
    ],
    reply: z.object({ allowed: z.boolean() }),
  },
  'GET /api/v1/sites/start': {
    ...site,
    summary:
      'Through the proxy as /.verity/start: sends the browser to Verity to sign in or step up',
    perMinute: 6000,
    query: z.strictObject({
      to: SitePath.default('/'),
      step_up: z.enum(['0', '1']).default('0'),
    }),
    faults: ['not-allowed'],
    reply: z.object({ location: z.string() }),
  },
  'POST /api/v1/sites/enter': {
    summary: 'A one-time code with which the browser enters a protected site in the own session',
    subject: 'applications',
    who: { roles: ROLES },
    sensitivity: 'low',
    perMinute: 60,
    body: z.strictObject({ origin: WebOrigin, to: SitePath, state: State }),
    faults: ['not-allowed'],
    reply: z.object({ location: z.string(), application: z.string() }),
  },
  'GET /api/v1/sites/callback': {
    ...site,
    summary:
      'Through the proxy as /.verity/callback: takes the code and sets the cookie of the site',
    perMinute: 6000,
    query: z.strictObject({ code: z.string().min(20).max(100) }),
    faults: ['not-allowed', 'link-expired'],
    reply: z.object({ location: z.string() }),
  },
  'GET /api/v1/sites/token': {
    ...site,
    summary:
      'Through the proxy as /.verity/token: a collector token for the session behind the cookie',
    perMinute: 6000,
    faults: ['not-signed-in', 'session-ended', 'not-allowed'],
    reply: CollectorGrant,
  },
  'POST /api/v1/sites/sign-out': {
    ...site,
    summary: 'Through the proxy as /.verity/sign-out: leaves the site',
    perMinute: 6000,
    faults: ['not-allowed'],
    reply: z.object({ done: z.literal(true), at: Instant }),
  },
});
