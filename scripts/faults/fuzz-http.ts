// Random requests at every route, over the wire, from nobody, from people and from admins.
import { request as httpRequest } from 'node:http';
import type { Route } from '@verity/protocol/route';
import { ROUTES } from '@verity/protocol/routes';
import type { FuzzValues } from './fuzz-values';
import type { Outcome } from './fuzz';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'PROPFIND'];
/** Nobody would be let in after it. */
const ENDING = 'POST /api/v1/auth/logout';
/** A policy that fits could lock everybody out: these get only what does not fit. */
const LOCKING = ['PUT /api/v1/policies', 'POST /api/v1/policies/restore'];
const TABLE = Object.entries(ROUTES as Record<string, Route>).filter(([key]) => key !== ENDING);

/** Sends one request; `tokens` are those of sessions that live. */
export function fuzzHttp(
  url: string,
  tokens: readonly string[],
  values: FuzzValues,
): Promise<Outcome> {
  const [key, route] = values.one(TABLE);
  const [declared, path] = key.split(' ') as [string, string];
  const method = values.chance(0.95) ? declared : values.one(METHODS);
  const body =
    route.body || values.chance(0.1)
      ? values.json(LOCKING.includes(key) ? undefined : route.body)
      : undefined;
  const target = `${pathOf(path, values)}${queryOf(route, values)}`;
  const bytes = Buffer.byteLength(target) + Buffer.byteLength(body ?? '');
  const began = performance.now();
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const settle = (status: number): void =>
      resolve({ what: key, status, bytes, milliseconds: performance.now() - began });
    const sending = httpRequest(
      {
        host: hostname,
        port,
        method,
        path: target,
        // Many callers, so that the limits of one do not end the round.
        ...(process.platform === 'linux'
          ? { host: '127.0.0.1', localAddress: callerOf(values) }
          : {}),
        headers: headersOf(tokens, body, values),
        timeout: 20_000,
      },
      (reply) => {
        reply.resume();
        reply.on('close', () => settle(reply.statusCode ?? 0));
      },
    );
    sending.on('timeout', () => sending.destroy());
    // A connection that the server closes on what is no HTTP at all.
    sending.on('error', () => settle(0));
    sending.end(body);
  });
}

const callerOf = (values: FuzzValues): string =>
  `127.0.${1 + values.below(200)}.${1 + values.below(200)}`;

function pathOf(path: string, values: FuzzValues): string {
  const filled = path.replace(/:\w+/g, () =>
    values.one([
      '01a1fdc4-ddc6-7a75-90cd-3b9d503b0bd7',
      '%00',
      '..%2f..',
      '%ff',
      '__proto__',
      'x'.repeat(2_000),
      '1',
    ]),
  );
  return values.chance(0.03) ? `${filled}/${values.one(['..', '%', '//', '%2e%2e'])}` : filled;
}

function queryOf(route: Route, values: FuzzValues): string {
  if (!route.query && values.chance(0.9)) return '';
  const value = route.query ? values.fitting(route.query) : {};
  const pairs = Object.entries(value as object).map(([name, each]) => [name, String(each)]);
  if (values.chance(0.4)) {
    const name = values.one([
      '__proto__',
      'limit',
      'cursor',
      'q[$gt]',
      '$where',
      'from',
      'minutes',
    ]);
    pairs.push([name, String(values.one([-1, 1e99, 'x'.repeat(3_000), '\u0000', '', '[]']))]);
  }
  return `?${new URLSearchParams(pairs)}`;
}

function headersOf(
  tokens: readonly string[],
  body: string | undefined,
  values: FuzzValues,
): Record<string, string> {
  const token = values.one(tokens);
  const authorization = values.one([
    `Bearer ${token}`,
    `Bearer ${token}`,
    `Bearer ${token}`,
    `Bearer ${token.slice(0, -4)}AAAA`,
    'Bearer eyJhbGciOiJub25lIn0.e30.',
    'ApiKey x',
    'Basic eDp5',
    '',
  ]);
  return {
    ...(authorization ? { authorization } : {}),
    ...(body === undefined
      ? {}
      : {
          'content-type': values.chance(0.95) ? 'application/json' : values.one(TYPES),
          'content-length': String(Buffer.byteLength(body)),
        }),
    ...(values.chance(0.05) ? { cookie: `refresh=${'x'.repeat(values.below(3_000))}` } : {}),
  };
}

const TYPES = [
  'text/plain',
  'application/x-www-form-urlencoded',
  'application/json; charset=utf-7',
];
