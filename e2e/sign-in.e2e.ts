// Signing in, proving oneself again, and ending a session from another device, as a person in a browser does it.
import { expect, test } from '@playwright/test';
import { freshCode } from './authenticator';
import { ADMIN, invite, signIn, tokenOf, type Account } from './people';

test('a wrong password is refused in the same words as an unknown person', async ({ page }) => {
  const refusal = async (email: string): Promise<string> => {
    await page.goto('/sign-in');
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password').fill('certainly not this one');
    const answered = page.waitForResponse('**/api/v1/auth/login');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    expect((await answered).status()).toBe(401);
    const note = page.getByRole('alert');
    await expect(note).toBeVisible();
    await expect(page).toHaveURL(/sign-in/);
    return note.innerText();
  };
  expect(await refusal(ADMIN.email)).toBe(await refusal('nobody@e2e.example'));
});

test('whoever is not signed in is led to the sign-in page, and back afterwards', async ({
  page,
}) => {
  await page.goto('/sessions');
  await expect(page).toHaveURL(/sign-in/);
  await page.getByLabel('E-mail').fill(ADMIN.email);
  await page.getByLabel('Password').fill(ADMIN.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page).toHaveURL(/\/sessions$/);
});

test('a page that cannot be fetched says so and can be tried again; a newer build is loaded', async ({
  page,
}) => {
  await signIn(page, ADMIN);
  await page.goto('/my-session');
  const places = page.getByRole('navigation', { name: 'Main' });
  await expect(page.getByRole('heading', { name: 'Your sessions' })).toBeVisible();
  const modules = /\/chunk-[^/]+\.js$/;
  await page.route(modules, (route) => route.abort());
  await page.route(/\/$/, (route) => route.abort());
  await places.getByRole('link', { name: 'Policies' }).click();
  await expect(page.getByText('This page could not be fetched')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Your sessions' })).toBeVisible();
  // As after an upgrade: the server answers, and the modules of the old build are gone from it.
  await page.unroute(/\/$/);
  await page.route(/\/$/, async (route) => {
    await page.unroute(modules);
    await route.continue();
  });
  const loaded = page.waitForEvent('load');
  await page.getByRole('button', { name: 'Try again' }).click();
  await loaded;
  await expect(page.getByRole('heading', { name: /^Version \d+ is in force/ })).toBeVisible();
});

test('a server that has gone silent is told of within ten seconds, and its return as well', async ({
  page,
}) => {
  // What a frozen process has not said yet comes when it goes on.
  let frozen: (() => void)[] | null = null;
  await page.routeWebSocket(/socket\.io/, (client) => {
    client.connectToServer().onMessage((message) => {
      if (frozen) frozen.push(() => client.send(message));
      else client.send(message);
    });
  });
  await signIn(page, ADMIN);
  const live = page.locator('header .live');
  await expect(live).toHaveText('Live');
  const unsaid: (() => void)[] = [];
  frozen = unsaid;
  const began = Date.now();
  await expect(live).toHaveText('Not live', { timeout: 15_000 });
  expect(Date.now() - began).toBeLessThan(10_500);
  await expect(page.getByText('Not live: the server has been silent')).toBeVisible();
  frozen = null;
  for (const say of unsaid) say();
  await expect(live).toHaveText('Live');
  await expect(page.getByText('Not live: the server has been silent')).toBeHidden();
});

test('a reload keeps the session, signing out ends it', async ({ page, request }) => {
  await signIn(page, await invite(request, 'Rita Reload'));
  await page.reload();
  await expect(page).not.toHaveURL(/sign-in/);
  await page.goto('/my-session');
  await expect(page.getByRole('heading', { name: 'Your sessions' })).toBeVisible();
  const out = page.waitForResponse('**/api/v1/auth/logout');
  await page
    .getByRole('button', { name: /account|Rita/i })
    .first()
    .click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  expect((await out).status()).toBe(200);
  await page.goto('/my-session');
  await expect(page).toHaveURL(/sign-in/);
});

test('an authenticator is enrolled, and answers the step-up that an administrator asks for', async ({
  page,
  request,
}) => {
  test.setTimeout(120_000);
  const person = await invite(request, 'Theo Totp');
  await signIn(page, person);
  await page.goto('/account');
  const begun = page.waitForResponse((reply) => reply.url().endsWith('/api/v1/me/totp'));
  await page.getByRole('button', { name: 'Enrol an authenticator app' }).click();
  const { secret } = (await (await begun).json()) as { secret: string };
  const enrolledAt = Date.now();
  await page.getByLabel('The six digits that it shows now').fill(await freshCode(secret));
  await page.getByRole('button', { name: 'Finish' }).click();
  await expect(
    page.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem'),
  ).not.toHaveCount(0);

  await askForProof(request, person);
  const dialog = page.getByRole('dialog', { name: 'Prove again that it is you' });
  await expect(dialog).toBeVisible();
  await dialog
    .getByLabel('Six digits from your authenticator app')
    .fill(await freshCode(secret, enrolledAt));
  await dialog.getByRole('button', { name: 'Prove it' }).click();
  await expect(dialog).toBeHidden();
  await page.goto('/my-session');
  await expect(page.getByText('Proof of identity').first()).toBeVisible();
});

test('a session is ended from another device, and the page of that session says so', async ({
  browser,
  page,
  request,
}) => {
  const person = await invite(request, 'Dora Devices');
  await signIn(page, person);
  await page.goto('/my-session');
  const other = await browser.newContext({ userAgent: 'Mozilla/5.0 (X11; Linux) OtherDevice/1.0' });
  const there = await other.newPage();
  await signIn(there, person);
  await there.goto('/my-session');
  await expect(there.getByRole('button', { name: 'End', exact: true })).toBeVisible();
  await there.getByRole('button', { name: 'End', exact: true }).click();
  await there.getByRole('button', { name: 'End session' }).click();
  await expect(page).toHaveURL(/sign-in/);
  await expect(page.getByText('You need to sign in again')).toBeVisible();
  await expect(there.getByRole('heading', { name: 'Your sessions' })).toBeVisible();
  await other.close();
});

async function askForProof(request: Parameters<typeof tokenOf>[0], person: Account): Promise<void> {
  const headers = { authorization: `Bearer ${await tokenOf(request, ADMIN)}` };
  const found = await request.get(`/api/v1/sessions?q=${person.email}&state=live`, { headers });
  const { items } = (await found.json()) as { items: { id: string }[] };
  const asked = await request.post(`/api/v1/sessions/${items[0]!.id}/step-up`, {
    headers,
    data: { reason: 'A test of the step-up' },
  });
  expect(asked.status(), await asked.text()).toBe(200);
}
