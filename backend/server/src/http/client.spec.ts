// The built client and the collector.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { doorServer, type SpecServer } from './spec-server';

let dir: string;
let server: SpecServer;
const asPage = { accept: 'text/html,application/xhtml+xml' };

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'verity-client-'));
  mkdirSync(join(dir, 'media'));
  const index =
    '<app ngCspNonce="CSP_NONCE"></app><script nonce="CSP_NONCE" src="main.js"></script>';
  writeFileSync(join(dir, 'index.html'), index);
  writeFileSync(join(dir, 'main-A1B2C3D4.js'), 'export {}');
  writeFileSync(join(dir, 'favicon.ico'), '');
  writeFileSync(join(dir, '.env'), 'SECRET=1');
  writeFileSync(join(dir, 'collector.js'), 'export const collect = 1;');
  writeFileSync(join(dir, 'verify.js'), 'export const checkReceipt = 1;');
  writeFileSync(join(dir, 'verify.html'), '<!doctype html><title>Verify</title>');
  server = await doorServer(
    {},
    { clientDir: dir, collectorFile: join(dir, 'collector.js'), verifierDir: dir },
  );
});
afterAll(async () => {
  await server.close();
  rmSync(dir, { recursive: true });
});

describe('the client', () => {
  it('answers its own addresses with a page whose nonce is new each time', async () => {
    const nonces = new Set<string>();
    for (const path of ['/', '/my-session', '/sessions/1/x?y=1', '/index.html']) {
      const { status, headers, text } = await server.call('GET', path, { headers: asPage });
      expect(status, path).toBe(200);
      const policy = headers.get('content-security-policy') ?? '';
      const nonce = /script-src 'self' 'nonce-([\w-]{24})'/.exec(policy)?.[1] ?? '';
      expect(text).toBe(
        `<app ngCspNonce="${nonce}"></app><script nonce="${nonce}" src="main.js"></script>`,
      );
      expect(policy).toContain("default-src 'none'");
      expect(headers.get('cache-control')).toBe('no-store');
      nonces.add(nonce);
    }
    expect(nonces.size).toBe(4);
  });

  it('lets its pages ask nobody but its own server and whom it is told of', async () => {
    const policyOf = async (settings: object) => {
      const one = await doorServer({}, { clientDir: dir, ...settings });
      const { headers } = await one.call('GET', '/audit', { headers: asPage });
      await one.close();
      return /connect-src [^;]+/.exec(headers.get('content-security-policy') ?? '')?.[0];
    };
    expect(await policyOf({})).toBe("connect-src 'self'");
    const told = { connectOrigins: ['https://rpc.example.org'] };
    expect(await policyOf(told)).toBe("connect-src 'self' https://rpc.example.org");
  });

  it('keeps hashed files for a year and asks again for the others', async () => {
    const hashed = await server.call('GET', '/main-A1B2C3D4.js');
    expect(hashed.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const plain = await server.call('GET', '/favicon.ico');
    expect(plain.headers.get('cache-control')).toBe('public, max-age=0, must-revalidate');
  });

  it('serves nothing outside its folder, nothing hidden, and no page for a missing file', async () => {
    for (const path of ['/.env', '/missing.js', '/api/v1/missing']) {
      const { status, headers } = await server.call('GET', path, { headers: asPage });
      expect(status, path).toBe(404);
      expect(headers.get('content-type'), path).toContain('application/problem+json');
    }
    for (const path of ['/..%2f..%2f..%2fetc%2fpasswd', '/%2e%2e/%2e%2e/etc/passwd', '/a%00b']) {
      const { text } = await server.call('GET', path, { headers: asPage });
      expect(text, path).not.toContain('root:');
    }
  });
});

describe('the collector', () => {
  it('may be loaded by any page, and is sent once', async () => {
    const first = await server.call('GET', '/collector.js', {
      headers: { origin: 'https://anywhere.test' },
    });
    expect(first.headers.get('access-control-allow-origin')).toBe('*');
    expect(first.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    expect(first.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    const etag = first.headers.get('etag') ?? '';
    const status = await new Promise((resolve) => {
      // fetch would add Cache-Control: no-cache.
      const headers = { 'if-none-match': etag };
      get(`${server.origin}/collector.js`, { headers }, (answer) => resolve(answer.statusCode));
    });
    expect(status).toBe(304);
  });
});

describe('the verifier', () => {
  it('is a module for any page, and a page to keep', async () => {
    const module = await server.call('GET', '/verify.js');
    expect(module.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(module.headers.get('access-control-allow-origin')).toBe('*');
    const page = await server.call('GET', '/verify.html');
    expect(page.text).toContain('<title>Verify</title>');
    expect(page.headers.get('content-disposition')).toBe('attachment; filename=verify.html');
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
  });
});
