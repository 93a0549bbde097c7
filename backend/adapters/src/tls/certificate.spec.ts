// Certificates made by openssl for this spec: what is said of bad ones, and how a renewed one comes into use.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, get, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLog } from '../log';
import { datedWrong, followCertificate, readCertificate } from './certificate';

const dir = mkdtempSync(join(tmpdir(), 'verity-tls-'));
const file = (name: string): string => join(dir, name);
const files = (name: string) => ({ certFile: file(`${name}.crt`), keyFile: file(`${name}.key`) });

function make(name: string, days = 30): void {
  const { certFile, keyFile } = files(name);
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...['-keyout', keyFile, '-out', certFile, '-days', String(days)],
      ...['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}.example`],
    ],
    { stdio: 'ignore' },
  );
}

beforeAll(() => {
  for (const name of ['one', 'two']) make(name);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('a certificate', () => {
  it('is read with its names and dates', () => {
    const read = readCertificate(files('one'));
    expect(read.names).toBe('DNS:one.example');
    expect(datedWrong(read, new Date())).toBeNull();
    const later = new Date(Date.now() + 40 * 86_400_000);
    expect(datedWrong(read, later)).toMatch(/^it expired on \d{4}-/);
    expect(datedWrong(read, new Date(0))).toMatch(/^it is not valid before \d{4}-/);
  });

  it('is refused in words that name the file and the fault', () => {
    writeFileSync(file('text'), 'no certificate');
    execFileSync('openssl', [
      ...['pkey', '-in', file('one.key'), '-out', file('locked.key')],
      ...['-aes256', '-passout', 'pass:secret'],
    ]);
    const one = files('one');
    for (const [pair, words] of [
      [{ ...one, certFile: file('nowhere') }, /TLS_CERT_FILE: .*nowhere is not there/],
      [{ ...one, keyFile: dir }, /TLS_KEY_FILE: .* is a directory/],
      [{ ...one, certFile: file('text') }, /text holds no certificate/],
      [{ ...one, certFile: one.keyFile }, /one.key holds no certificate/],
      [{ ...one, keyFile: file('text') }, /text holds no private key/],
      [{ ...one, keyFile: file('locked.key') }, /locked.key holds no private key .* passphrase/],
      [{ ...one, keyFile: file('two.key') }, /The key in .*two.key is not that of .*one.crt/],
    ] as const) {
      expect(() => readCertificate(pair)).toThrow(words);
    }
  });
});

describe('a renewed certificate', () => {
  let server: Server;
  afterAll(() => server.close());

  const served = (port: number): Promise<string> =>
    new Promise((resolve, reject) => {
      const asked = get({ port, host: '127.0.0.1', rejectUnauthorized: false, agent: false });
      asked.on('response', (reply) => {
        reply.resume();
        const { socket } = reply as unknown as { socket: { getPeerCertificate(): object } };
        resolve((socket.getPeerCertificate() as { subject: { CN: string } }).subject.CN);
      });
      asked.on('error', reject);
    });

  it('comes into use once both files fit, without a new connection being refused meanwhile', async () => {
    const live = files('live');
    const put = (part: 'crt' | 'key', name: string): void =>
      copyFileSync(file(`${name}.${part}`), file(`live.${part}`));
    put('crt', 'one');
    put('key', 'one');
    const { cert, key } = readCertificate(live);
    server = createServer({ cert, key }, (_req, res) => res.end('hello'));
    const followed = followCertificate(live, {
      use: (certificate) => server.setSecureContext(certificate),
      now: () => new Date(),
      log: createLog({ level: 'silent', name: 'spec' }),
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    expect(await served(port)).toBe('one');
    put('crt', 'two');
    followed.reload();
    expect(await served(port)).toBe('one');
    put('key', 'two');
    followed.reload();
    expect(await served(port)).toBe('two');
    followed.stop();
  });
});
