// What people do for themselves, in two browsers: an appeal to its answer, export and erasure, a temporary baseline.
import { readFile } from 'node:fs/promises';
import { expect, test, type Page } from '@playwright/test';
import { ADMIN, invite, signIn, tokenOf, type Account } from './people';

interface Session {
  id: string;
  user_id: string;
  user_email: string;
}

/** The session of the browser: the newest that lives of that person. */
async function sessionOf(page: Page, admin: string, { email }: Account): Promise<Session> {
  const reply = await page.request.get('/api/v1/sessions?state=live&sort=started', {
    headers: { authorization: `Bearer ${admin}` },
  });
  const { items } = (await reply.json()) as { items: Session[] };
  const session = items.find(({ user_email }) => user_email === email);
  if (!session) throw new Error(`no session of ${email}`);
  return session;
}

async function prove(page: Page, { password }: Account): Promise<void> {
  const dialog = page.getByRole('dialog', { name: 'Prove again that it is you' });
  await dialog.getByLabel('Your password').fill(password);
  await dialog.getByRole('button', { name: 'Prove it' }).click();
  await expect(dialog).toBeHidden();
}

test('an appeal reaches an admin, and its answer the person', async ({
  browser,
  page,
  request,
}) => {
  test.setTimeout(180_000);
  const person = await invite(request, 'Petra Petitioner');
  const token = await tokenOf(request, ADMIN);
  await signIn(page, person);
  const session = await sessionOf(page, token, person);
  const admin = await (await browser.newContext()).newPage();
  await signIn(admin, ADMIN);
  await admin.goto('/appeals');
  await expect(admin.getByRole('heading', { level: 1 })).toBeVisible();

  await request.post(`/api/v1/sessions/${session.id}/step-up`, {
    headers: { authorization: `Bearer ${token}` },
    data: { reason: 'It looked odd to me' },
  });
  await page
    .getByRole('dialog', { name: 'Prove again that it is you' })
    .getByRole('button', { name: 'Not now' })
    .click();
  await page.goto(`/why/session/${session.id}`);
  await page.getByRole('dialog').getByRole('button', { name: 'Not now' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(
    'You are asked to prove again that it is you',
  );
  await page.getByLabel(/Appeal, in your own words/).fill('I was on the phone and typed slowly.');
  await page.getByRole('button', { name: 'Appeal' }).click();
  await expect(page.getByText('Waiting', { exact: true })).toBeVisible();

  await admin.getByRole('link', { name: /The session on .*It looked odd to me/ }).click();
  await expect(admin.getByRole('heading', { level: 1 })).toHaveText('Petra Petitioner appeals');
  await expect(admin.getByText('I was on the phone')).toBeVisible();
  await admin.getByLabel(/Reason, told to/).fill('I had looked at the wrong line.');
  await admin.getByRole('button', { name: 'The person is right' }).click();
  await expect(admin.getByText('Overturned')).toBeVisible();

  await expect(page.getByText('Overturned')).toBeVisible();
  await expect(page.getByText('I had looked at the wrong line.').first()).toBeVisible();
  await page.goto('/notifications');
  await expect(
    page.getByRole('button', { name: 'Your appeal was right', exact: true }),
  ).toBeVisible();
  await page.getByRole('button', { name: 'Mark all as read' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('All notifications are read');
  await admin.context().close();
});

test('a session that was ended says why at sign-in, and leads to the appeal', async ({
  page,
  request,
}) => {
  const person = await invite(request, 'Enno Ended');
  const token = await tokenOf(request, ADMIN);
  await signIn(page, person);
  await expect(page.getByRole('status').filter({ hasText: 'Live' })).toBeVisible();
  const session = await sessionOf(page, token, person);
  await request.post(`/api/v1/sessions/${session.id}/terminate`, {
    headers: { authorization: `Bearer ${token}` },
    data: { reason: 'Reported as stolen' },
  });
  await expect(page).toHaveURL(/sign-in/);
  await page.reload();
  await expect(page.getByText('Reported as stolen')).toBeVisible();
  await page.getByLabel('Show me why, and what I can do').check();
  await page.getByLabel('E-mail').fill(person.email);
  await page.getByLabel('Password').fill(person.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page).toHaveURL(new RegExp(`/why/session/${session.id}`));
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Your session was ended');
  await expect(page.getByLabel(/Appeal, in your own words/)).toBeVisible();
});

test('whoever says that it was not them is led to their password, and asked for no appeal', async ({
  page,
  request,
}) => {
  const person = await invite(request, 'Nora Notme');
  const token = await tokenOf(request, ADMIN);
  await signIn(page, person);
  await page.goto('/my-session');
  const session = await sessionOf(page, token, person);
  await page.getByRole('button', { name: 'This wasn’t me' }).first().click();
  await page.getByRole('button', { name: 'This is not me' }).click();
  await expect(page).toHaveURL(/sign-in/);
  await expect(page.getByText('an alert was raised')).toBeVisible();
  await expect(page.getByText(/appeal|what I can do/)).toBeHidden();
  await expect(page.getByLabel('Then take me to my account')).toBeChecked();
  await page.getByLabel('E-mail').fill(person.email);
  await page.getByLabel('Password').fill(person.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page).toHaveURL(/\/account$/);
  await page.goto(`/why/session/${session.id}`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Your session was ended');
  await expect(page.getByText('there is nothing to appeal against')).toBeVisible();
  await expect(page.getByLabel(/Appeal, in your own words/)).toBeHidden();
  await page.getByRole('link', { name: 'Password and passkeys' }).click();
  await expect(page).toHaveURL(/\/account$/);
});

test('a person takes their data along and has their behaviour erased', async ({
  page,
  request,
}) => {
  const person = await invite(request, 'Paula Private');
  await signIn(page, person);
  await page.goto('/privacy');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/kept for 90 days/);
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page
      .getByRole('button', { name: 'Export my data' })
      .click()
      .then(() => prove(page, person)),
  ]);
  const exported = JSON.parse(await readFile(await file.path(), 'utf8')) as {
    account: { email: string };
    sessions: unknown[];
  };
  expect(exported.account.email).toBe(person.email);
  expect(exported.sessions.length).toBeGreaterThan(0);

  const erase = page.getByRole('button', { name: 'Erase for good' });
  await expect(erase).toBeDisabled();
  await page.getByLabel(/to confirm/).fill('erase my behaviour');
  await erase.click();
  await expect(page.getByText('Learning begins from nothing', { exact: false })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Copy receipt id' })).toBeVisible();
});

test('a temporary baseline is asked for, approved, shown, and ended', async ({
  browser,
  page,
  request,
}) => {
  test.setTimeout(180_000);
  const person = await invite(request, 'Bela Bandage');
  await signIn(page, person);
  const token = await tokenOf(request, ADMIN);
  const session = await sessionOf(page, token, person);
  await page.goto('/privacy');
  await page.getByLabel('What has changed?').fill('My right hand is in plaster.');
  await page.getByLabel(/For how many days/).fill('5');
  await page.getByRole('button', { name: 'Ask for it' }).click();
  await prove(page, person);
  await expect(page.getByText('Waiting', { exact: true })).toBeVisible();

  const admin = await (await browser.newContext()).newPage();
  await signIn(admin, ADMIN);
  await admin.goto('/appeals');
  await admin.getByRole('link', { name: 'A temporary baseline for 5 days' }).click();
  await expect(admin.getByText('What it weakens')).toBeVisible();
  await admin.getByLabel(/Reason, told to/).fill('Get well soon.');
  await admin.getByRole('button', { name: 'Approve' }).click();
  await expect(page.getByText('In force')).toBeVisible();
  await admin.goto(`/sessions/${session.id}`);
  await expect(admin.getByText(/Temporary baseline until/)).toBeVisible();

  await page.getByRole('button', { name: 'End it now' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'End it' }).click();
  await expect(page.getByText('In force')).toBeHidden();
  await admin.context().close();
});
