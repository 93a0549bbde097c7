// Makes the demo's accounts through the platform's own doors: the set-up link, then invitations.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Account } from './cast';
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
  const fresh = new Set<Account>();
  const keep = (account: Account, credential: Credential): void => {
    credentials[account.email] = credential;
    writeCredentials(dataDir, credentials);
    if (SHOWN.includes(account)) fresh.add(account);
  };

  if (!credentials[ADMIN.email]) {
    const credential = newCredential();
    await acceptSetup(url, await setupToken(dataDir), credential);
    keep(ADMIN, credential);
  }
  const door = await signInAdmin(url, credentials[ADMIN.email]!);
  for (const account of INVITED) {
    if (credentials[account.email]) continue;
    const credential = newCredential();
    const { link } = await door.call('POST /api/v1/users/invite', { body: account });
    await acceptLink(url, link, credential.password);
    keep(account, credential);
  }
  if (reset && fresh.size === 0) {
    for (const account of [AUDITOR, VISITOR]) {
      keep(account, await resetPassword(url, door, account, credentials[account.email]!));
    }
    // Last, since it ends the session that does all this.
    const known = credentials[ADMIN.email]!;
    const next = newPassword();
    await door.call('POST /api/v1/auth/password', { body: { current: known.password, next } });
    keep(ADMIN, { ...known, password: next });
  }
  await door.call('POST /api/v1/auth/logout', {});
  return { credentials, fresh: SHOWN.filter((account) => fresh.has(account)) };
}

/** The token of the link that the platform makes when it has no account. */
async function setupToken(dataDir: string): Promise<string> {
  const file = join(dataDir, 'secrets', 'setup-link');
  for (const until = Date.now() + 10_000; Date.now() < until; await delay(100)) {
    if (existsSync(file)) return tokenOf(readFileSync(file, 'utf8').trim());
  }
  throw new StackError(
    `${dataDir} belongs to an installation that has an administrator already`,
    'give the demo a data directory of its own: DATA_DIR=data-demo npm run demo',
  );
}

/** Links carry their token as the last part of the path, or in the query or fragment. */
function tokenOf(link: string): string {
  const found = /[A-Za-z0-9_-]{20,100}$/.exec(link);
  if (!found) throw new Error('a link of the platform carries no token');
  return found[0];
}

async function acceptSetup(url: string, token: string, { password }: Credential): Promise<void> {
  const { email, name } = ADMIN;
  await new Door({ url }).call('POST /api/v1/auth/accept', {
    body: { token, email, name, password },
  });
}

async function acceptLink(url: string, link: string, password: string): Promise<void> {
  await new Door({ url }).call('POST /api/v1/auth/accept', {
    body: { token: tokenOf(link), password },
  });
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

async function resetPassword(
  url: string,
  door: Door,
  { email }: Account,
  known: Credential,
): Promise<Credential> {
  const { items } = await door.call('GET /api/v1/users', { query: { q: email } });
  const user = items.find((each) => each.email === email);
  if (!user) throw new Error(`${email} is not among the people of this installation`);
  const { link } = await door.call('POST /api/v1/users/:id/reset', {
    params: { id: user.id },
    body: { reason: 'New passwords for the demo were asked for' },
  });
  const password = newPassword();
  await acceptLink(url, link, password);
  return { ...known, password };
}
