// What the demo must remember to sign its people in again: one file that only its owner reads.
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';

const Credential = z.object({
  password: z.string(),
  /** The device that the person signs in from, as a browser would keep it. */
  fingerprint: z.string(),
  /** Whether the password has been printed. */
  shown: z.boolean(),
});
export type Credential = z.infer<typeof Credential>;
const Credentials = z.record(z.string(), Credential);
/** By e-mail address. */
export type Credentials = z.infer<typeof Credentials>;

const fileIn = (dataDir: string): string => join(dataDir, 'secrets', 'demo.json');

export function readCredentials(dataDir: string): Credentials {
  const file = fileIn(dataDir);
  return existsSync(file) ? Credentials.parse(JSON.parse(readFileSync(file, 'utf8'))) : {};
}

export function writeCredentials(dataDir: string, credentials: Credentials): void {
  const file = fileIn(dataDir);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const whole = `${file}.${process.pid}`;
  writeFileSync(whole, JSON.stringify(credentials, null, 2), { mode: 0o600 });
  chmodSync(whole, 0o600);
  renameSync(whole, file);
}

export const newCredential = (): Credential => ({
  password: newPassword(),
  fingerprint: randomBytes(16).toString('base64url'),
  shown: false,
});

/** Twenty characters in groups, 95 bits, without letters that look alike. */
export function newPassword(): string {
  const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789';
  const unbiased = [...randomBytes(64)].filter((byte) => byte < 248);
  const letters = unbiased.slice(0, 20).map((byte) => alphabet[byte % alphabet.length]);
  return letters.join('').replace(/(.{5})(?=.)/g, '$1-');
}
