// What the doctor says of certificates that openssl makes here: good, soon over, over, and not what they are said to be.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { certificate } from './checks';

const dir = mkdtempSync(join(tmpdir(), 'verity-doctor-'));
const files = (name: string) => ({
  TLS_CERT_FILE: join(dir, `${name}.crt`),
  TLS_KEY_FILE: join(dir, `${name}.key`),
});

function make(name: string, days: number): void {
  const { TLS_CERT_FILE: cert, TLS_KEY_FILE: key } = files(name);
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}.example`];
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...['-keyout', key, '-out', cert, '-days', String(days), ...subject],
    ],
    { stdio: 'ignore' },
  );
}

beforeAll(() => {
  make('lasting', 90);
  make('ending', 3);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const look = (env: NodeJS.ProcessEnv, now?: Date) => certificate({ env }, now);

it('says nothing where none is named, and which of two is missing', () => {
  expect(look({})).toEqual([]);
  const { TLS_CERT_FILE, TLS_KEY_FILE } = files('lasting');
  expect(look({ TLS_CERT_FILE })).toMatchObject([{ wrong: true, is: 'TLS_KEY_FILE is missing' }]);
  expect(look({ TLS_KEY_FILE })).toMatchObject([{ wrong: true, is: 'TLS_CERT_FILE is missing' }]);
});

it('names a good one with its days', () => {
  expect(look(files('lasting'))).toEqual([
    {
      subject: 'certificate',
      wrong: false,
      is: expect.stringMatching(/^DNS:lasting.example, valid for (89|90) days$/) as string,
    },
  ]);
});

it('warns of one that ends within a week, and of one that is over, with the file to renew', () => {
  const fix = (name: string) => `renew it: ${files(name).TLS_CERT_FILE}`;
  expect(look(files('ending'))).toMatchObject([
    {
      wrong: true,
      is: expect.stringMatching(/^expires in [23] days$/) as string,
      fix: fix('ending'),
    },
  ]);
  const later = new Date(Date.now() + 4 * 86_400_000);
  expect(look(files('ending'), later)).toMatchObject([
    {
      wrong: true,
      is: expect.stringMatching(/^it expired on \d{4}-/) as string,
      fix: fix('ending'),
    },
  ]);
});

it('says what is wrong with a file that is none, is not there, or belongs to another key', () => {
  const { TLS_CERT_FILE, TLS_KEY_FILE } = files('lasting');
  const text = join(dir, 'text');
  writeFileSync(text, 'no certificate');
  for (const env of [
    { TLS_CERT_FILE: text, TLS_KEY_FILE },
    { TLS_CERT_FILE: join(dir, 'nowhere'), TLS_KEY_FILE },
    { TLS_CERT_FILE, TLS_KEY_FILE: files('ending').TLS_KEY_FILE },
  ]) {
    const [finding] = look(env);
    expect(finding).toMatchObject({ subject: 'certificate', wrong: true });
    expect(finding?.is).not.toBe('');
    expect(finding?.fix).not.toBe('');
  }
});
