// The door: bad input, faults, limits, headers.
import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ZodObject } from 'zod';
import { Fault } from '@verity/protocol/faults';
import type { Route } from '@verity/protocol/route';
import { ROUTES, type RouteKey } from '@verity/protocol/routes';
import { createApp } from './app';
import type { Handlers } from './handler';
import {
  addressOfRoute,
  doorPorts,
  doorServer,
  reached,
  rightsLike,
  type SpecServer,
} from './spec-server';

const KEYS = Object.keys(ROUTES) as RouteKey[];
const signedIn = { authorization: 'Bearer admin' };
const away = (): Promise<never> => Promise.reject(new Fault('unavailable', 'Redis is away.'));
const asAdmin = () => Promise.resolve(rightsLike({ role: 'admin' }));

let server: SpecServer;
beforeAll(async () => {
  server = await doorServer({ sessionRights: asAdmin });
});
afterAll(() => server.close());

/** A server for one test, whose handler of `key` is `handle`. */
async function withHandler<T>(
  key: RouteKey,
  handle: unknown,
  test: (on: SpecServer) => Promise<T>,
) {
  const errors: object[] = [];
  const handlers = { ...reached(), [key]: handle };
  const log = { ...doorPorts().log, error: (facts: object) => void errors.push(facts) };
  const own = await doorServer({ sessionRights: asAdmin, handlers: [handlers], log });
  await test(own).finally(() => own.close());
  return errors;
}

describe('start-up', () => {
  it('fails when a declared route has no handler, has two, or a handler has no route', () => {
    const { 'GET /api/v1/me': me, ...rest } = reached();
    const start =
      (...handlers: Partial<Handlers>[]) =>
      () =>
        createApp(doorPorts({ handlers }), { publicUrl: 'https://verity.test' });
    expect(start(rest as Partial<Handlers>)).toThrow('GET /api/v1/me has no handler');
    expect(start(reached(), { 'GET /api/v1/me': me })).toThrow('GET /api/v1/me has two handlers');
    expect(start(reached(), { 'GET /nowhere': me } as never)).toThrow(
      'GET /nowhere is not declared',
    );
  });
});

describe('bad input', () => {
  const bodies = [
    '{"$gt":""}',
    '{"__proto__":{"role":"admin"}}',
    '{"constructor":{"prototype":{"role":"admin"}}}',
    '{"a":[{"$where":"1"}]}',
  ];

  it('refuses operators and prototypes in the body of every route', async () => {
    for (const key of KEYS) {
      const { method, path } = addressOfRoute(key);
      if (method === 'GET') continue;
      for (const body of bodies) {
        const { status, json } = await server.call(method, path, { headers: signedIn, body });
        expect([status, json.code], `${key} ${body}`).toEqual([400, 'invalid-input']);
      }
    }
    expect(({} as { role?: string }).role).toBeUndefined();
  });

  it('refuses an operator in the place of any field of any body', async () => {
    for (const key of KEYS) {
      const { body } = ROUTES[key] as Route;
      const fields = Object.keys((body as ZodObject | undefined)?.shape ?? {});
      const { method, path } = addressOfRoute(key);
      for (const field of fields) {
        const sent = { headers: signedIn, body: { [field]: { $gt: '' } } };
        const { json } = await server.call(method, path, sent);
        expect(json.code, `${key} ${field}`).toBe('invalid-input');
      }
    }
  });

  it('refuses operators in queries', async () => {
    for (const query of ['q[$gt]=', '$where=1', '__proto__=1', 'q=a&q=b', 'constructor=1']) {
      const { json } = await server.call('GET', `/api/v1/users?${query}`, { headers: signedIn });
      expect(json.code, query).toBe('invalid-input');
    }
  });

  it('names what is wrong with a body, and never echoes it', async () => {
    const secret = 'hunter2hunter2';
    const { json, text } = await server.call('POST', '/api/v1/auth/login', {
      body: { email: secret, password: secret, more: secret },
    });
    expect(json).toMatchObject({ code: 'invalid-input', issues: [{ path: '/email' }, {}] });
    expect(text).not.toContain(secret);
  });

  it('refuses what is no JSON, too large, too deep, compressed or of another type', async () => {
    const post = (body: string, headers: Record<string, string> = {}) =>
      server.call('POST', '/api/v1/auth/login', { body, headers });
    expect((await post('{"email":')).json.code).toBe('invalid-input');
    expect((await post('"text"')).json.code).toBe('invalid-input');
    expect((await post(`{"email":"${'x'.repeat(300_000)}"}`)).json.code).toBe('too-large');
    expect((await post('['.repeat(100_000))).json.code).toBe('invalid-input');
    const deep = '['.repeat(50_000) + ']'.repeat(50_000);
    expect((await post(deep)).json.code).toBe('invalid-input');
    expect((await post('{}', { 'content-encoding': 'gzip' })).json.code).toBe('unsupported-type');
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      expect((await post('{}', { 'content-type': type })).json.code).toBe('unsupported-type');
    }
  });

  it('takes no body where none is declared', async () => {
    const logout = (body: unknown) =>
      server.call('POST', '/api/v1/auth/logout', { headers: signedIn, body });
    expect((await logout({ all: true })).json.code).toBe('invalid-input');
    expect((await logout({})).json.code).toBe('conflict');
  });

  it('refuses addresses that cannot be decoded, and ids that are none', async () => {
    for (const path of ['/api/v1/users/%E0%A4%A', '/api/v1/users/%ff', '/api/v1/users/..%2f']) {
      const { status, json } = await server.call('GET', path, { headers: signedIn });
      expect([status, json.code], path).toEqual([400, 'invalid-input']);
    }
  });

  it('answers unknown addresses by 404 and other methods by 405, as problems', async () => {
    for (const path of ['/api', '/api/v1/nothing', '/api-login/x', '/nothing.js', '/']) {
      const { status, headers } = await server.call('GET', path);
      expect(status, path).toBe(404);
      expect(headers.get('content-type')).toMatch('application/problem+json');
    }
    const wrong = await server.call('DELETE', '/api/v1/users/invite');
    expect(wrong.status).toBe(405);
    expect(wrong.headers.get('allow')).toBe('POST, OPTIONS');
    expect((await server.call('POST', '/api/v1/sessions/export')).headers.get('allow')).toBe(
      'GET, HEAD, OPTIONS',
    );
  });
});

describe('faults', () => {
  it('are problems of RFC 9457 that carry the id of the request', async () => {
    const { json, headers } = await server.call('GET', '/api/v1/me');
    expect(json).toMatchObject({
      type: 'urn:verity:fault:not-signed-in',
      status: 401,
      code: 'not-signed-in',
      instance: `urn:uuid:${headers.get('x-request-id')}`,
    });
  });

  it('tell nothing of what went wrong inside, and log it', async () => {
    const crash = () => Promise.reject(new Error('password of the database is hunter2'));
    const errors = await withHandler('GET /api/v1/me', crash, async (on) => {
      const { status, text } = await on.call('GET', '/api/v1/me', { headers: signedIn });
      expect(status).toBe(500);
      expect(text).not.toContain('hunter2');
    });
    expect(errors).toHaveLength(1);
  });

  it('keep in what a reply has beyond its declaration, and refuse one that lacks something', async () => {
    const more = async () => ({ done: true, passwordHash: 'x' });
    await withHandler('POST /api/v1/auth/logout', more, async (on) => {
      const answer = await on.call('POST', '/api/v1/auth/logout', { headers: signedIn });
      expect(answer.json).toEqual({ done: true });
    });
    const less = async () => ({});
    const errors = await withHandler('POST /api/v1/auth/logout', less, async (on) => {
      expect((await on.call('POST', '/api/v1/auth/logout', { headers: signedIn })).status).toBe(
        500,
      );
    });
    expect(errors[0]).toMatchObject({ misfits: [expect.stringContaining('done')] });
  });

  it('close every door while nobody can know who may pass, except health', async () => {
    const closed = await doorServer({ sessionRights: away, rateLimit: away });
    for (const key of KEYS) {
      const { method, path } = addressOfRoute(key);
      const { status } = await closed.call(method, path, { headers: signedIn });
      const open = (ROUTES[key] as Route).who === 'anyone' && method === 'GET';
      // Reached, or refused for want of its query: in either case past the counter.
      expect(open ? [409, 400] : [503], key).toContain(status);
    }
    await closed.close();
  });
});

describe('limits', () => {
  it('count by caller and route, and say when to come back', async () => {
    const asked: [string, number][] = [];
    const counting = await doorServer({
      sessionRights: asAdmin,
      rateLimit: (key, perMinute) => {
        asked.push([key, perMinute]);
        return Promise.resolve({ allowed: asked.length < 2, remaining: 4, resetSeconds: 7 });
      },
    });
    const first = await counting.call('GET', '/api/v1/users', { headers: signedIn });
    expect(first.headers.get('ratelimit-limit')).toBe('300');
    expect(first.headers.get('ratelimit-remaining')).toBe('4');
    const second = await counting.call('POST', '/api/v1/auth/login', { body: {} });
    expect(second.json).toMatchObject({ code: 'too-fast', retry_after: 7 });
    expect(second.headers.get('retry-after')).toBe('7');
    expect(second.headers.get('ratelimit-reset')).toBe('7');
    expect(asked).toEqual([
      [`GET /api/v1/users:user:${rightsLike().userId}`, 300],
      ['POST /api/v1/auth/login:address:127.0.0.1', 60],
    ]);
    await counting.close();
  });

  it('believe the address that a proxy names only when the proxy is trusted', async () => {
    const keys: string[] = [];
    const rateLimit = (key: string) => {
      keys.push(key.split(':address:')[1] ?? '');
      return Promise.resolve({ allowed: true, remaining: 1, resetSeconds: 1 });
    };
    for (const trustedProxies of ['', '1', '127.0.0.1']) {
      const own = await doorServer({ rateLimit }, { trustedProxies });
      await own.call('GET', '/health', { headers: { 'x-forwarded-for': '203.0.113.9' } });
      await own.close();
    }
    expect(keys).toEqual(['127.0.0.1', '203.0.113.9', '203.0.113.9']);
  });

  it('know the address of a caller who hangs up before it is judged', async () => {
    let judged: (address: string) => void;
    const address = new Promise<string>((resolve) => (judged = resolve));
    const hangUp = new AbortController();
    const own = await doorServer({
      sessionRights: async () => {
        hangUp.abort();
        await pause(50);
        return rightsLike();
      },
      decideRequest: (_rights, asked) => {
        judged(asked.address);
        return { effect: 'allow', reasons: [] };
      },
    });
    const headers = { authorization: 'Bearer user' };
    const asking = fetch(`${own.origin}/api/v1/me`, { headers, signal: hangUp.signal });
    await expect(asking).rejects.toThrow('aborted');
    expect(await address).toBe('127.0.0.1');
    await own.close();
  });
});

describe('headers', () => {
  it('keep API answers out of caches, frames and other origins', async () => {
    const { headers } = await server.call('GET', '/health');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('etag')).toBeNull();
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; frame-ancestors 'none'",
    );
    expect(headers.get('strict-transport-security')).toMatch(/max-age=31536000/);
    const plain = await doorServer({}, { publicUrl: 'http://localhost:5000' });
    const onPlain = await plain.call('GET', '/health');
    expect(onPlain.headers.get('strict-transport-security')).toBeNull();
    await plain.close();
  });

  it('share with listed origins only, and never with credentials', async () => {
    const sharing = await doorServer({}, { corsOrigins: ['https://app.test'] });
    const ask = (origin: string, method = 'GET') =>
      sharing.call(method, '/health', {
        headers: { origin, 'access-control-request-method': 'GET' },
      });
    const listed = await ask('https://app.test', 'OPTIONS');
    expect(listed.status).toBe(204);
    expect(listed.headers.get('access-control-allow-origin')).toBe('https://app.test');
    expect(listed.headers.get('access-control-allow-credentials')).toBeNull();
    const other = await ask('https://evil.test');
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
    await sharing.close();
  });

  it('let no foreign page use the refresh cookie', async () => {
    const refresh = (headers: Record<string, string>) =>
      server.call('POST', '/api/v1/auth/refresh', { headers });
    const foreign: Record<string, string>[] = [
      { origin: 'https://evil.test' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site', origin: 'https://verity.test' },
    ];
    for (const headers of foreign) {
      expect((await refresh(headers)).json.code, JSON.stringify(headers)).toBe('not-allowed');
    }
    const own: Record<string, string>[] = [
      {},
      { origin: 'https://verity.test' },
      { origin: server.origin },
    ];
    for (const headers of own) expect((await refresh(headers)).json.code).toBe('conflict');
  });
});

describe('a connection that lies about its body', () => {
  it('is answered and does no harm', async () => {
    const { port } = new URL(server.origin);
    const status = await new Promise<number | undefined>((resolve) => {
      const lying = request({
        port,
        method: 'POST',
        path: '/api/v1/auth/login',
        headers: { 'content-type': 'application/json', 'content-length': '1000' },
      });
      lying.on('response', (response) => resolve(response.statusCode));
      lying.on('error', () => resolve(undefined));
      lying.write('{"email"');
      setTimeout(() => lying.destroy(), 100);
    });
    expect(status).toBeUndefined();
    expect((await server.call('GET', '/health')).status).toBe(409);
  });
});
