// The people of a platform under test, made and signed in through its own doors.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RouteReply } from '@verity/protocol/route';
import type { Routes } from '@verity/protocol/routes';
import { Door } from '../demo/door';
import { until } from './until';

export interface Person {
  email: string;
  password: string;
  /** Identifies the device that the person signs in from. */
  fingerprint: string;
}

/** A person in a session. */
export interface Signed {
  person: Person;
  session: string;
  token: string;
  door: Door;
}

const newPerson = (name: string): Person => ({
  email: `${name}@faults.example`,
  password: randomBytes(15).toString('base64url'),
  fingerprint: randomBytes(16).toString('base64url'),
});

/** Uses the one-time link that a new installation prints. */
export async function makeFirstAdmin(url: string, dataDir: string): Promise<Person> {
  const file = join(dataDir, 'secrets', 'setup-link');
  await until('the set-up link', () => existsSync(file));
  const person = newPerson('admin');
  await accept(url, readFileSync(file, 'utf8').trim(), person, { name: 'Admin' });
  return person;
}

export async function invite(
  admin: Signed,
  url: string,
  name: string,
  role: 'user' | 'admin' = 'user',
): Promise<Person> {
  const person = newPerson(name);
  const { link } = await admin.door.call('POST /api/v1/users/invite', {
    body: { email: person.email, name, role },
  });
  await accept(url, link, person, {});
  return person;
}

export async function signIn(url: string, person: Person): Promise<Signed> {
  const door = new Door({ url });
  const { email, password, fingerprint } = person;
  const signedIn: RouteReply<Routes['POST /api/v1/auth/login']> = await door.call(
    'POST /api/v1/auth/login',
    { body: { email, password, device: { fingerprint, platform: 'faults' } } },
  );
  door.token = signedIn.token;
  return { person, session: signedIn.session.id, token: signedIn.token, door };
}

async function accept(
  url: string,
  link: string,
  { email, password }: Person,
  { name }: { name?: string },
): Promise<void> {
  const token = /[A-Za-z0-9_-]{20,100}$/.exec(link)?.[0] ?? '';
  const body = { token, password, ...(name ? { name, email } : {}) };
  await new Door({ url }).call('POST /api/v1/auth/accept', { body });
}

export interface Answer {
  status: number;
  /** Of the problem, when it is one. */
  code: string | undefined;
  milliseconds: number;
}

interface Question {
  token?: string;
  method?: string;
  body?: string;
}

/** Asks as an application would; status 0 when nobody answers. */
export async function ask(
  url: string,
  path: string,
  { token, method = 'GET', body }: Question = {},
): Promise<Answer> {
  const began = performance.now();
  const answer = (status: number, code?: string): Answer => ({
    status,
    code,
    milliseconds: performance.now() - began,
  });
  try {
    const reply = await fetch(url + path, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      },
      ...(body ? { body } : {}),
      signal: AbortSignal.timeout(30_000),
    });
    const { code } = (await reply.json().catch(() => ({}))) as { code?: string };
    return answer(reply.status, code);
  } catch {
    return answer(0);
  }
}
