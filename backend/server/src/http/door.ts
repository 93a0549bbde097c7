// The door of one route: authenticate, gates, rate, parse, handle, check the reply, answer.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request, RequestHandler, Response } from 'express';
import { Fault } from '@verity/protocol/faults';
import { parse } from '@verity/protocol/parse';
import type { Route } from '@verity/protocol/route';
import { authenticate } from './authenticate';
import { cameFrom } from './came-from';
import { readCookies, writeCookie } from './cookies';
import { checkDecision, checkFreshness, checkState, checkWho } from './gates';
import type { Call, Caller } from './handler';
import { refuseForbiddenKeys } from './json-body';
import { refuseForeignPages } from './origins';
import type { AppPorts, AppSettings } from './ports';
import type { ServedRoute } from './route-table';

const DEFAULT_PER_MINUTE = 300;

/** Routes that act on the refresh cookie, which browsers send by themselves. */
const BY_COOKIE = new Set<string>(['POST /api/v1/auth/refresh', 'POST /api/v1/auth/logout']);

export function door(served: ServedRoute, ports: AppPorts, settings: AppSettings): RequestHandler {
  const { key, route, handle } = served;
  return async (req, res) => {
    res.locals.route = key;
    if (BY_COOKIE.has(key)) refuseForeignPages(req.headers, settings.publicUrl);
    const caller = await admit(served, req, res, ports);
    res.locals.caller = caller;
    await countAgainstLimit(served, caller, res, ports);
    const input = parseInput(route, req);
    const call = callOf(caller, req, res);
    const reply = await handle(input, call);
    await answer(served, reply, res, ports);
  };
}

/** Lets the caller of a request through every gate, or throws. */
async function admit(
  { key, route }: ServedRoute,
  req: Request,
  res: Response,
  ports: AppPorts,
): Promise<Caller> {
  if (route.who === 'anyone') return { kind: 'nobody' };
  const caller = await authenticate(req.headers, ports);
  checkWho(route.who, caller);
  if (caller.kind !== 'user') return caller;
  const { rights } = caller;
  checkState(req.method, route, rights);
  const decision = await ports.decideRequest(rights, {
    requestId: String(res.locals.requestId),
    route: key,
    host: null,
    method: req.method,
    path: req.path,
    sensitivity: route.sensitivity,
    address: cameFrom(res).address,
  });
  if (decision.effect === 'terminate') {
    await ports.terminate(rights, decision.reasons[0] ?? 'The policy ended it.');
  }
  checkDecision(req.method, route, rights, decision);
  checkFreshness(route, rights, ports.clock());
  ports.seen?.(rights.id);
  return caller;
}

const callerKey = (caller: Caller, res: Response): string => {
  if (caller.kind === 'user') return `user:${caller.rights.userId}`;
  return caller.kind === 'api_key' ? `api_key:${caller.id}` : `address:${cameFrom(res).address}`;
};

async function countAgainstLimit(
  { key, route, method }: ServedRoute,
  caller: Caller,
  res: Response,
  ports: AppPorts,
): Promise<void> {
  const perMinute = route.perMinute ?? DEFAULT_PER_MINUTE;
  const allowance = await ports
    .rateLimit(`${key}:${callerKey(caller, res)}`, perMinute)
    .catch((error: unknown) => {
      // Health and the public keys must answer while the counter is away; all else is refused.
      if (route.who === 'anyone' && method === 'get') return null;
      throw error;
    });
  if (!allowance) return;
  res.setHeader('RateLimit-Limit', String(perMinute));
  res.setHeader('RateLimit-Remaining', String(allowance.remaining));
  res.setHeader('RateLimit-Reset', String(allowance.resetSeconds));
  if (!allowance.allowed) {
    throw new Fault('too-fast', `This takes ${perMinute} requests a minute from one caller.`, {
      fix: `Wait ${allowance.resetSeconds} seconds.`,
      retryAfterSeconds: Math.max(1, allowance.resetSeconds),
    });
  }
}

function parseInput(route: Route, req: Request): unknown {
  refuseForbiddenKeys(req.query);
  return {
    params: route.params ? parse(route.params, req.params, 'address') : undefined,
    query: route.query ? parse(route.query, { ...req.query }, 'query') : undefined,
    body: route.body ? parse(route.body, req.body, 'body') : noBody(req.body),
  };
}

/** A route that takes no body takes an empty one. */
function noBody(body: unknown): undefined {
  const empty =
    body === undefined ||
    body === null ||
    (typeof body === 'object' && !Array.isArray(body) && Object.keys(body).length === 0);
  if (empty) return undefined;
  throw new Fault('invalid-input', 'This takes no body.', { fix: 'Send the request without one.' });
}

function callOf(caller: Caller, req: Request, res: Response): Call {
  return {
    caller,
    ...cameFrom(res),
    userAgent: (req.headers['user-agent'] ?? '').slice(0, 500),
    requestId: String(res.locals.requestId),
    cookies: readCookies(req.headers.cookie),
    headers: req.headers,
    setHeader: (name, value) => void res.setHeader(name, value),
    setCookie: (name, value, options) =>
      void res.append('Set-Cookie', writeCookie(name, value, options)),
    clearCookie: (name, path) =>
      void res.append('Set-Cookie', writeCookie(name, '', { maxAgeSeconds: 0, path })),
    fileName: (name) => void res.attachment(name),
    status: (code) => void res.status(code),
  };
}

/** Sends the reply as declared: what its schema does not name stays inside. */
async function answer(
  { key, route }: ServedRoute,
  reply: unknown,
  res: Response,
  ports: AppPorts,
): Promise<void> {
  if (typeof route.reply === 'string') {
    res.type(route.reply);
    if (isStream(reply)) await stream(key, reply, res, ports);
    else res.send(reply);
    return;
  }
  const checked = route.reply.safeParse(reply);
  if (!checked.success) {
    const misfits = checked.error.issues.map((each) => `${each.path.join('.')}: ${each.message}`);
    ports.log.error({ route: key, misfits }, 'a reply does not fit its declaration');
    throw new Fault('internal', 'The reply does not fit its declaration.');
  }
  res.json(checked.data);
}

const isStream = (reply: unknown): reply is AsyncIterable<string> =>
  typeof reply === 'object' && reply !== null && Symbol.asyncIterator in reply;

/** Sends piece by piece, at the pace of the reader. What breaks off in its midst is cut, never ended as if it were whole. */
async function stream(
  key: string,
  reply: AsyncIterable<string>,
  res: Response,
  ports: AppPorts,
): Promise<void> {
  try {
    await pipeline(Readable.from(reply), res);
  } catch (err) {
    if (!res.headersSent) throw err;
    // Whoever hangs up while reading is no defect.
    const hungUp = (err as NodeJS.ErrnoException).code === 'ERR_STREAM_PREMATURE_CLOSE';
    if (!hungUp) ports.log.error({ route: key, err }, 'a reply broke off while it was sent');
    res.destroy();
  }
}
