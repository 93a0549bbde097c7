// The public port as real processes open it: HTTPS and WSS by certificate, long polling beside the API, a renewed certificate.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../stack/free-port';
import { startPlatform, type Platform } from '../stack/platform';
import { until } from './until';

const dir = mkdtempSync(join(tmpdir(), 'verity-port-'));
const certFile = join(dir, 'live.crt');
const keyFile = join(dir, 'live.key');
let platform: Platform;
let port: number;

function make(name: string): void {
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...['-keyout', join(dir, `${name}.key`), '-out', join(dir, `${name}.crt`), '-days', '2'],
      ...['-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost'],
    ],
    { stdio: 'ignore' },
  );
}

function use(name: string): void {
  copyFileSync(join(dir, `${name}.crt`), certFile);
  copyFileSync(join(dir, `${name}.key`), keyFile);
}

beforeAll(async () => {
  for (const name of ['first', 'second']) make(name);
  use('first');
  port = await freePort();
  platform = await startPlatform({
    dataDir: join(dir, 'data'),
    port,
    client: false,
    env: {
      REDIS_URL: '',
      MONGODB_URL: '',
      LOG_LEVEL: 'warn',
      TLS_CERT_FILE: certFile,
      TLS_KEY_FILE: keyFile,
    },
  });
}, 120_000);

afterAll(async () => {
  await platform?.stop();
  rmSync(dir, { recursive: true, force: true });
}, 60_000);

interface Answer {
  status: number | undefined;
  hsts: string | undefined;
  subject: string;
}

/** Trusts the named certificate alone. */
const ask = (path: string, trusted: string): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const ca = readFileSync(join(dir, `${trusted}.crt`));
    const asked = get({ port, host: 'localhost', path, ca, agent: false }, (reply) => {
      reply.resume();
      const peer = (
        reply.socket as unknown as { getPeerCertificate(): { subject: { CN: string } } }
      ).getPeerCertificate();
      resolve({
        status: reply.statusCode,
        hsts: reply.headers['strict-transport-security'],
        subject: peer.subject.CN,
      });
    });
    asked.on('error', reject);
  });

/** The refusal of a handshake without a token: it has come as far as the socket server. */
const refusal = (transport: 'polling' | 'websocket'): Promise<unknown> =>
  new Promise((resolve) => {
    const socket = io(`https://localhost:${port}`, {
      transports: [transport],
      reconnection: false,
      forceNew: true,
      ca: readFileSync(join(dir, 'first.crt'), 'utf8'),
    });
    socket.on('connect_error', (error) => {
      socket.close();
      resolve((error as { data?: { code?: string } }).data?.code ?? error.message);
    });
  });

it('speaks HTTPS with the certificate that the settings name, and tells browsers to stay with it', async () => {
  expect(platform.url).toBe(`https://localhost:${port}`);
  expect(await ask('/health/ready', 'first')).toEqual({
    status: 200,
    hsts: 'max-age=31536000',
    subject: 'first',
  });
});

it('serves sockets over WSS and long polling, and no polling request is answered twice', async () => {
  const { pid } = platform.child('server');
  expect(await refusal('websocket')).toBe('not-signed-in');
  const many = await Promise.all(Array.from({ length: 20 }, () => refusal('polling')));
  expect(new Set(many)).toEqual(new Set(['not-signed-in']));
  expect((await ask('/health/live', 'first')).status).toBe(200);
  // An answer after an answer once ended the process.
  expect(platform.child('server').pid).toBe(pid);
});

/** The first certificate is still served: the second does not vouch for it. */
function notTrustedYet(error: NodeJS.ErrnoException): null {
  if (!/CERT|SIGNATURE/.test(error.code ?? '')) throw error;
  return null;
}

it('serves a renewed certificate to new connections without a restart', async () => {
  const { pid } = platform.child('server');
  use('second');
  process.kill(pid as number, 'SIGHUP');
  await until(
    'the new certificate',
    async () => (await ask('/health/live', 'second').catch(notTrustedYet))?.subject === 'second',
  );
  expect(platform.child('server').pid).toBe(pid);
}, 30_000);
