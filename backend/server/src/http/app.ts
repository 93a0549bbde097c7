// Builds the express application: every declared route behind its door, the client, and one mapper for errors.
import { join } from 'node:path';
import compression from 'compression';
import express, { Router, type Express, type RequestHandler } from 'express';
import { Fault } from '@verity/protocol/faults';
import { noteWhereFrom } from './came-from';
import { client, download, publicModule, sendPage } from './client';
import { door } from './door';
import { extAuthz } from './ext-authz';
import type { Caller } from './handler';
import { jsonBody } from './json-body';
import { cors } from './origins';
import type { AppPorts, AppSettings } from './ports';
import { problems } from './problem';
import { publicLog } from './public-log';
import { serveRoutes, type ServedRoute } from './route-table';
import { securityHeaders } from './security-headers';
import { tracedRequests } from './traced-requests';

/** Throws when a declared route has not exactly one handler. */
export function createApp(ports: AppPorts, settings: AppSettings): Express {
  const served = serveRoutes(ports.handlers);
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.set('trust proxy', trustProxy(settings.trustedProxies ?? ''));

  app.use(account(ports));
  if (ports.tracer) app.use(tracedRequests(ports.tracer, Boolean(settings.trustedProxies)));
  app.use(securityHeaders(settings.publicUrl));
  app.use(
    compression({ filter: (req, res) => !isSecret(req.url) && compression.filter(req, res) }),
  );

  if (settings.collectorFile) app.get('/collector.js', publicModule(settings.collectorFile));
  if (settings.verifierDir) {
    app.get('/verify.js', publicModule(join(settings.verifierDir, 'verify.js')));
    app.get('/verify.html', download(join(settings.verifierDir, 'verify.html')));
  }
  if (settings.logFile) app.use('/log', publicLog(settings.logFile));
  app.use(extAuthz);
  app.use(api(served, ports, settings));
  for (const [path, html] of Object.entries(settings.pages ?? {})) {
    app.get(path, (_req, res) => sendPage(res, html));
  }
  app.use(['/api', '/api-login', '/.well-known'], unknown);
  if (settings.clientDir) app.use(client(settings.clientDir, settings.connectOrigins));
  app.use(unknown);
  app.use(problems(ports.log));
  return app;
}

/** Replies that carry a token are not compressed: their length would tell of it (BREACH). */
const isSecret = (url: string): boolean =>
  url.startsWith('/api/v1/auth') || url.startsWith('/api/v1/sites') || url === '/api-login';

function api(served: readonly ServedRoute[], ports: AppPorts, settings: AppSettings): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const sharing = cors(settings.corsOrigins ?? []);
  const byPath = new Map<string, ServedRoute[]>();
  for (const each of served) byPath.set(each.path, [...(byPath.get(each.path) ?? []), each]);
  for (const [path, routes] of byPath) {
    const place = router.route(path);
    place.all(sharing, notStored);
    for (const each of routes) place[each.method](jsonBody, door(each, ports, settings));
    place.all(otherMethod(routes));
  }
  return router;
}

const notStored: RequestHandler = (_req, res, next) => {
  res.setHeader('Cache-Control', 'no-store');
  next();
};

function otherMethod(routes: readonly ServedRoute[]): RequestHandler {
  const methods = routes.map((each) => each.method.toUpperCase());
  const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
  return (req, res) => {
    res.setHeader('Allow', allow);
    if (req.method === 'OPTIONS') {
      res.status(204).end();
      return;
    }
    throw new Fault('method-not-allowed', `This path does not take ${req.method}.`, {
      fix: `It takes ${allow}.`,
    });
  };
}

const unknown: RequestHandler = () => {
  throw new Fault('not-found', 'There is nothing at this address.', {
    fix: 'GET /api/v1/openapi.json lists every address.',
  });
};

/** Names the request and whence it comes, and accounts for it when it has been answered. */
function account(ports: AppPorts): RequestHandler {
  return (req, res, next) => {
    const started = performance.now();
    const requestId = ports.newRequestId();
    noteWhereFrom(req, res);
    res.locals.requestId = requestId;
    res.setHeader('X-Request-Id', requestId);
    res.once('close', () => {
      const route = String(res.locals.route ?? 'none');
      const milliseconds = performance.now() - started;
      ports.observe?.({ route, status: res.statusCode, seconds: milliseconds / 1000 });
      const facts = {
        request_id: requestId,
        method: req.method,
        route,
        status: res.statusCode,
        ms: Math.round(milliseconds * 10) / 10,
        caller: nameOf(res.locals.caller as Caller | undefined),
        finished: res.writableFinished,
      };
      if (route === 'none' || route.includes('/health')) ports.log.debug(facts, 'request answered');
      else ports.log.info(facts, 'request answered');
    });
    next();
  };
}

function nameOf(caller: Caller | undefined): string {
  if (caller?.kind === 'user') return `session:${caller.rights.id}`;
  return caller?.kind === 'api_key' ? `api_key:${caller.id}` : 'nobody';
}

/** Express's setting from ours: hops, a list of addresses, or nobody. */
function trustProxy(setting: string): boolean | number | string[] {
  const text = setting.trim();
  if (text === '') return false;
  if (/^\d+$/.test(text)) return Number(text);
  return text.split(',').map((address) => address.trim());
}
