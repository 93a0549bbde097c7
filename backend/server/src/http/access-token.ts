// Verifies access tokens by passport-jwt: ES256 alone, the issuer and audience of this installation, a key of our ring.
import type { KeyObject } from 'node:crypto';
import passport from 'passport';
import { Strategy } from 'passport-jwt';
import { z } from 'zod';
import { Fault } from '@verity/protocol/faults';
import { Role, type AccessClaims, type CollectorClaims } from '@verity/protocol/identity/schemas';
import { ApplicationId, SessionId, UserId } from '@verity/protocol/ids';

export interface AccessTokenRules {
  issuer: string;
  audience: string;
  /** The public key of that id, or null when the ring has none. */
  publicKey(kid: string): Promise<KeyObject | null>;
}

const Head = z.object({ alg: z.string(), kid: z.string().optional() });

const Claims = z.object({
  iss: z.string(),
  aud: z.string(),
  sub: UserId,
  sid: SessionId,
  role: Role,
  acr: z.string(),
  auth_time: z.number().int(),
  amr: z.array(z.string()),
  iat: z.number(),
  exp: z.number(),
  jti: z.string(),
});

const OfCollector = Claims.omit({ acr: true, auth_time: true, amr: true }).extend({
  app: ApplicationId,
});

const refuse = (message: string, cause?: unknown): Fault =>
  new Fault('not-signed-in', message, { fix: 'Sign in again.', cause });

/**
 * Returns the verifier that HTTP and sockets share. It throws `token-expired`, `not-signed-in` (anything else that
 * is wrong with the token) or `unavailable` (the keys cannot be read).
 */
export const accessVerifier = (
  rules: AccessTokenRules,
): ((token: string) => Promise<AccessClaims>) => verifier(rules, Claims);

/** The same for tokens of collectors. */
export const collectorVerifier = (
  rules: Omit<AccessTokenRules, 'audience'>,
): ((token: string) => Promise<CollectorClaims>) =>
  verifier({ ...rules, audience: 'collector' }, OfCollector);

function verifier<C>(rules: AccessTokenRules, shape: z.ZodType<C>): (token: string) => Promise<C> {
  const authenticator = new passport.Passport();
  authenticator.use(
    new Strategy(
      {
        jwtFromRequest: (request: unknown) => (request as { token: string }).token,
        algorithms: ['ES256'],
        issuer: rules.issuer,
        audience: rules.audience,
        secretOrKeyProvider: (_request: unknown, token: string, done) => {
          keyFor(token, rules).then(
            (key) => done(null, key as unknown as Buffer),
            (error: unknown) => done(error),
          );
        },
      },
      (claims: unknown, done) => {
        const parsed = shape.safeParse(claims);
        if (parsed.success) done(null, parsed.data);
        else done(null, false, refuse('The access token lacks claims that Verity puts in.'));
      },
    ),
  );

  return (token) =>
    new Promise((resolve, reject) => {
      const onVerdict = (error: Error | null, claims: C | false, info: unknown): void => {
        if (error) reject(error);
        else if (claims) resolve(claims);
        else reject(explain(info));
      };
      const check = authenticator.authenticate('jwt', { session: false }, onVerdict) as (
        request: { token: string },
        response: object,
        next: (error: unknown) => void,
      ) => void;
      check({ token }, {}, reject);
    });
}

/** The header is read before anything is verified: it picks one of our keys, and can do nothing else. */
async function keyFor(token: string, rules: AccessTokenRules): Promise<KeyObject> {
  const head = readHead(token);
  if (head.alg !== 'ES256') {
    throw refuse(
      'The access token names another algorithm than ES256, the only one that is taken.',
    );
  }
  if (!head.kid) throw refuse('The access token does not say which key signed it.');
  const key = await rules.publicKey(head.kid);
  if (!key) throw refuse('The access token was signed with a key that is not, or no longer, ours.');
  return key;
}

function readHead(token: string): z.output<typeof Head> {
  try {
    const [head = ''] = token.split('.');
    return Head.parse(JSON.parse(Buffer.from(head, 'base64url').toString('utf8')));
  } catch (cause) {
    throw refuse('That is not an access token.', cause);
  }
}

/** What jsonwebtoken found, as a fault. */
function explain(info: unknown): Fault {
  if (info instanceof Fault) return info;
  const error = info instanceof Error ? info : undefined;
  if (error?.name === 'TokenExpiredError') {
    return new Fault('token-expired', 'The access token has expired.', {
      fix: 'Get a new one at POST /api/v1/auth/refresh.',
    });
  }
  if (error?.message.startsWith('jwt issuer')) {
    return refuse('The access token was issued by another installation.', error);
  }
  if (error?.message.startsWith('jwt audience')) {
    return refuse('The access token is meant for another service.', error);
  }
  if (error?.message.includes('signature')) {
    return refuse('The signature of the access token does not fit.', error);
  }
  return refuse('The access token is not valid.', error);
}

/** The audience that a token claims, unverified: it only picks the verifier, which then demands it. */
export function audienceOf(token: string): string | null {
  try {
    const [, claims = ''] = token.split('.');
    const { aud } = JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')) as {
      aud?: unknown;
    };
    return typeof aud === 'string' ? aud : null;
  } catch {
    return null; // Whatever it is, it is no token of ours; the verifier says what is wrong.
  }
}
