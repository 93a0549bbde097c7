// What Envoy's ext_authz filter sends over HTTP, by a plain client: the method, path and authority of the request itself.
import { request, type IncomingHttpHeaders } from 'node:http';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { doorServer, reached, type SpecServer } from './spec-server';

let server: SpecServer;
let asked: { headers: IncomingHttpHeaders; query: unknown }[] = [];

beforeAll(async () => {
  const authorize = {
    'GET /api/v1/authorize': async (
      { query }: { query: unknown },
      {
        headers,
        setHeader,
      }: { headers: IncomingHttpHeaders; setHeader(n: string, v: string): void },
    ) => {
      asked.push({ headers, query });
      setHeader('X-Verity-Email', 'ann@example.org');
      return { allowed: true };
    },
  };
  server = await doorServer({ handlers: [{ ...reached(), ...authorize }] });
});
afterAll(() => server.close());
beforeEach(() => {
  asked = [];
});

const asEnvoy = (method: string, path: string, headers: Record<string, string>) =>
  new Promise<{ status: number | undefined; headers: IncomingHttpHeaders }>((resolve, reject) => {
    const outgoing = request(`${server.origin}/api/v1/ext-authz${path}`, {
      method,
      headers: { 'content-length': '0', 'x-forwarded-proto': 'https', ...headers },
    });
    outgoing.once('error', reject);
    outgoing.once('response', (answer) => {
      answer.resume();
      resolve({ status: answer.statusCode, headers: answer.headers });
    });
    outgoing.end();
  });

it.each(['GET', 'POST', 'DELETE'])('asks about a %s as other proxies do', async (method) => {
  const cookie = '__Host-verity_site=abc';
  const answer = await asEnvoy(method, '/reports?year=2026&a=b', {
    host: 'intranet.example',
    cookie,
  });
  expect(answer.status).toBe(200);
  expect(answer.headers['x-verity-email']).toBe('ann@example.org');
  expect(asked).toMatchObject([
    {
      query: { answer: 'redirect' },
      headers: {
        'x-forwarded-method': method,
        'x-forwarded-uri': '/reports?year=2026&a=b',
        'x-forwarded-host': 'intranet.example',
        'x-forwarded-proto': 'https',
        cookie,
      },
    },
  ]);
});

it('believes nothing that a client says of the request in headers of its own', async () => {
  await asEnvoy('POST', '/payments', {
    host: 'intranet.example',
    'x-forwarded-uri': '/logo.png',
    'x-forwarded-method': 'GET',
    'x-forwarded-host': 'elsewhere.example',
    'x-original-url': 'https://elsewhere.example/',
    'x-original-uri': '/',
    'x-original-method': 'GET',
  });
  const headers = asked[0]?.headers ?? {};
  expect(headers).toMatchObject({
    'x-forwarded-uri': '/payments',
    'x-forwarded-method': 'POST',
    'x-forwarded-host': 'intranet.example',
  });
  expect(Object.keys(headers).filter((name) => name.startsWith('x-original'))).toEqual([]);
});
