// Which pages may call: the own always, listed ones with a token and never with cookies (CORS), no other with cookies (CSRF).
import type { IncomingHttpHeaders } from 'node:http';
import type { RequestHandler } from 'express';
import { Fault } from '@verity/protocol/faults';

/**
 * Refuses a request that a foreign page sent with our cookie. Browsers say where a request comes from by
 * Sec-Fetch-Site (on secure origins) or Origin; programs say neither and carry no cookie that is not theirs.
 */
export function refuseForeignPages(headers: IncomingHttpHeaders, publicUrl: string): void {
  const site = headers['sec-fetch-site'];
  if (site === 'same-origin' || (site === undefined && isOwn(headers, publicUrl))) return;
  throw new Fault('not-allowed', 'This request was sent by a page of another origin.', {
    fix: `Send it from ${new URL(publicUrl).origin}.`,
  });
}

function isOwn(headers: IncomingHttpHeaders, publicUrl: string): boolean {
  const { origin, host } = headers;
  if (origin === undefined) return true;
  if (origin === new URL(publicUrl).origin) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}

/** CORS for the listed origins, without credentials: their pages send a token that they hold. */
export function cors(origins: readonly string[]): RequestHandler {
  const listed = new Set(origins);
  return (req, res, next) => {
    const { origin } = req.headers;
    if (listed.size > 0) res.vary('Origin');
    const allowed = origin !== undefined && listed.has(origin);
    if (allowed) {
      res.setHeader('Access-Control-Allow-Origin', origin);
      res.setHeader(
        'Access-Control-Expose-Headers',
        'X-Request-Id, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, WWW-Authenticate',
      );
    }
    const preflight =
      req.method === 'OPTIONS' && req.headers['access-control-request-method'] !== undefined;
    if (!preflight) return next();
    if (allowed) {
      res.setHeader('Access-Control-Allow-Methods', 'GET, POST, PUT, PATCH, DELETE');
      res.setHeader('Access-Control-Allow-Headers', 'Authorization, Content-Type, X-Api-Key');
      res.setHeader('Access-Control-Max-Age', '600');
    }
    res.status(204).end();
  };
}
