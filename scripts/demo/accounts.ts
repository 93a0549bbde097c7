// Makes the demo's accounts through the platform's own doors: the set-up link, then invitations.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '@verity/protocol/faults';
import type { Account, Person } from './cast';
import { ADMIN, AUDITOR, PEOPLE, VISITOR } from './cast';
import type { Credential, Credentials } from './credentials';
import { newCredential, newPassword, readCredentials, writeCredentials } from './credentials';
import { Door } from './door';
import { StackError } from '../stack/stack-error';

export interface Accounts {
  credentials: Credentials;
  /** Passwords that nobody has been shown yet. */
  fresh: readonly Account[];
}

const INVITED: readonly Account[] = [AUDITOR, VISITOR, ...PEOPLE];
const SHOWN: readonly Account[] = [ADMIN, AUDITOR, VISITOR];

/** Makes what is missing, and with `reset` gives the accounts that a visitor uses new passwords. */
export async function ensureAccounts(
  url: string,
  dataDir: string,
  { reset }: { reset: boolean },
): Promise<Accounts> {
  const credentials = readCredentials(dataDir);
  const keep = (account: Account, credential: Credential): void => {
    credentials[account.email] = credential;
    writeCredentials(dataDir, credentials);
  };
  let made = 0;

  if (!credentials[ADMIN.email]) {
    const credential = newCredential();
    await acceptSetup(url, dataDir, credential);
    keep(ADMIN, credential);
    made += 1;
  }
  const door = await signInAdmin(url, credentials[ADMIN.email]!);
  for (const account of INVITED) {
    if (credentials[account.email]) continue;
    const credential = newCredential();
    await acceptLink(url, await invitationOf(door, account), account, credential.password);
    keep(account, credential);
    made += 1;
  }
  if (reset && made === 0) {
    for (const account of [AUDITOR, VISITOR]) {
      const password = newPassword();
      await acceptLink(url, await resetLinkOf(door, account.email), account, password);
      keep(account, { ...credentials[account.email]!, password, shown: false });
    }
    const known = credentials[ADMIN.email]!;
    const next = newPassword();
    await door.call('POST /api/v1/auth/password', { body: { current: known.password, next } });
    keep(ADMIN, { ...known, password: next, shown: false });
  }
  await door.call('POST /api/v1/auth/logout', {});
  return { credentials, fresh: SHOWN.filter(({ email }) => !credentials[email]?.shown) };
}

/** Remembers that the passwords have been printed, so that they never are again. */
export function rememberShown(dataDir: string, { credentials, fresh }: Accounts): void {
  for (const { email } of fresh) credentials[email]!.shown = true;
  if (fresh.length > 0) writeCredentials(dataDir, credentials);
}

/** Becomes the first administrator by the link that the platform makes when it has no account. */
async function acceptSetup(url: string, dataDir: string, { password }: Credential): Promise<void> {
  const file = join(dataDir, 'secrets', 'setup-link');
  const taken = (cause?: unknown): StackError =>
    new StackError(
      `${dataDir} belongs to an installation that has an administrator already`,
      'give the demo a data directory of its own: DATA_DIR=data-demo npm run demo',
      { cause },
    );
  for (const until = Date.now() + 5_000; !existsSync(file); await delay(100)) {
    if (Date.now() > until) throw taken();
  }
  const token = tokenOf(readFileSync(file, 'utf8').trim());
  const { email, name } = ADMIN;
  try {
    await new Door({ url }).call('POST /api/v1/auth/accept', {
      body: { token, email, name, password },
    });
  } catch (error) {
    throw error instanceof Fault && error.code === 'link-expired' ? taken(error) : error;
  }
}

/** Links carry their token as the last part of the path, or in the query or fragment. */
function tokenOf(link: string): string {
  const found = /[A-Za-z0-9_-]{20,100}$/.exec(link);
  if (!found) throw new Error('a link of the platform carries no token');
  return found[0];
}

/** Each person accepts from their own address. Where all share one, the door wants them to take turns. */
async function acceptLink(
  url: string,
  link: string,
  { address }: Account & Partial<Person>,
  password: string,
): Promise<void> {
  const door = new Door({ url, from: address });
  for (;;) {
    try {
      await door.call('POST /api/v1/auth/accept', { body: { token: tokenOf(link), password } });
      return;
    } catch (error) {
      if (!(error instanceof Fault && error.code === 'too-fast')) throw error;
      await delay((error.retryAfterSeconds ?? 10) * 1000);
    }
  }
}

async function signInAdmin(url: string, credential: Credential): Promise<Door> {
  const door = new Door({ url });
  try {
    const { token } = await door.call('POST /api/v1/auth/login', {
      body: {
        email: ADMIN.email,
        password: credential.password,
        device: { fingerprint: credential.fingerprint, platform: 'demo' },
      },
    });
    door.token = token;
    return door;
  } catch (cause) {
    throw new StackError(
      `${ADMIN.email} can no longer sign in with the password that the demo knows (${String(cause)})`,
      'remove the data directory to begin the demo anew, or name another: DATA_DIR=data-demo npm run demo',
    );
  }
}

/** A link that sets the password; for somebody whom an interrupted start has invited already, a new one. */
async function invitationOf(door: Door, { email, name, role }: Account): Promise<string> {
  try {
    return (await door.call('POST /api/v1/users/invite', { body: { email, name, role } })).link;
  } catch (error) {
    if (error instanceof Fault && error.code === 'conflict') return resetLinkOf(door, email);
    throw error;
  }
}

async function resetLinkOf(door: Door, email: string): Promise<string> {
  const { items } = await door.call('GET /api/v1/users', { query: { q: email } });
  const user = items.find((each) => each.email === email);
  if (!user) throw new Error(`${email} is not among the people of this installation`);
  const { link } = await door.call('POST /api/v1/users/:id/reset', {
    params: { id: user.id },
    body: { reason: 'The demo asks for a new password' },
  });
  return link;
}
