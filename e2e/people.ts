// The people of the end-to-end tests, and how they sign in and get their accounts.
import { expect, test, type APIRequestContext, type Page } from '@playwright/test';

export interface Account {
  email: string;
  name: string;
  password: string;
}

/** Made by set-up.e2e.ts from the one-time link; every other test finds it there. */
export const ADMIN: Account = {
  email: 'admin@e2e.example',
  name: 'Ester Admin',
  password: 'granite otter lantern fjord',
};

/** Signs in through the page and resolves when the first page behind it is there. */
export async function signIn(page: Page, account: Account): Promise<void> {
  if (account === ADMIN) await endSessionsOfEarlierTests(page.request);
  const { email, password } = account;
  await page.goto('/sign-in');
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page).not.toHaveURL(/sign-in/);
}

let cleanFor = '';

/** A dozen live sessions of one account are suspicious: those of tests that are over are ended. */
async function endSessionsOfEarlierTests(request: APIRequestContext): Promise<void> {
  const { testId } = test.info();
  if (cleanFor === testId) return;
  cleanFor = testId;
  const headers = { authorization: `Bearer ${await tokenOf(request, ADMIN)}` };
  const read = async <T>(path: string) =>
    (await (await request.get(path, { headers })).json()) as T;
  const { user, session } = await read<{ user: { id: string }; session: { id: string } }>(
    '/api/v1/me',
  );
  const live = await read<{ items: { id: string }[] }>(
    `/api/v1/sessions?user_id=${user.id}&state=live&limit=100`,
  );
  for (const { id } of live.items) {
    if (id === session.id) continue;
    const data = { reason: 'The test that opened it is over' };
    await request.post(`/api/v1/sessions/${id}/terminate`, { headers, data });
  }
}

let adminToken = '';

/** An access token for what a test must arrange beside the page; the admin has one session for all of it. */
export async function tokenOf(request: APIRequestContext, account: Account): Promise<string> {
  if (account !== ADMIN) return freshToken(request, account);
  const headers = { authorization: `Bearer ${adminToken}` };
  const lives = adminToken !== '' && (await request.get('/api/v1/me', { headers })).ok();
  return lives ? adminToken : (adminToken = await freshToken(request, account));
}

async function freshToken(
  request: APIRequestContext,
  { email, password }: Account,
): Promise<string> {
  const reply = await request.post('/api/v1/auth/login', { data: { email, password } });
  expect(reply.status(), await reply.text()).toBe(200);
  return ((await reply.json()) as { token: string }).token;
}

/** Invites somebody and accepts the invitation; answers the account. */
export async function invite(
  request: APIRequestContext,
  name: string,
  role: 'user' | 'admin' | 'auditor' = 'user',
): Promise<Account> {
  const account = {
    name,
    email: `${name.toLowerCase().replaceAll(' ', '.')}@e2e.example`,
    password: `${name} has a long password`,
  };
  const invited = await request.post('/api/v1/users/invite', {
    headers: { authorization: `Bearer ${await tokenOf(request, ADMIN)}` },
    data: { email: account.email, name, role },
  });
  expect(invited.status(), await invited.text()).toBe(200);
  const { link } = (await invited.json()) as { link: string };
  // The door takes ten a minute from one caller, and all tests are one caller.
  await expect(async () => {
    const accepted = await request.post('/api/v1/auth/accept', {
      data: { token: linkToken(link), password: account.password },
    });
    expect(accepted.status(), await accepted.text()).toBe(200);
  }).toPass({ intervals: [5_000], timeout: 50_000 });
  return account;
}

/** Links carry their token behind `token=`. */
export function linkToken(link: string): string {
  const token = /token=([A-Za-z0-9_-]+)/.exec(link)?.[1];
  if (!token) throw new Error(`no token in the link ${link}`);
  return token;
}
