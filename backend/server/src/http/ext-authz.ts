// Envoy's ext_authz over HTTP asks with the method and the path of the request itself, under a prefix: told here as other
// proxies tell it, so that one route answers all of them.
import type { RequestHandler } from 'express';

const PREFIX = '/api/v1/ext-authz';
/** What some proxies describe a request by; from behind Envoy only its client could have sent them. */
const FOREIGN = ['x-original-url', 'x-original-uri', 'x-original-method'];

/**
 * `ANY /api/v1/ext-authz/<path>` becomes GET /api/v1/authorize about `ANY <path>` at the authority asked for, answered
 * with a redirect where the browser can mend it: Envoy passes such an answer on.
 */
export const extAuthz: RequestHandler = (req, _res, next) => {
  if (req.url.startsWith(`${PREFIX}/`)) {
    for (const name of FOREIGN) delete req.headers[name];
    req.headers['x-forwarded-method'] = req.method;
    req.headers['x-forwarded-uri'] = req.url.slice(PREFIX.length);
    req.headers['x-forwarded-host'] = req.headers.host ?? '';
    req.method = 'GET';
    req.url = '/api/v1/authorize?answer=redirect';
  }
  next();
};
