// Passkeys as a person in a browser meets them: enrol, sign in, step up, lose the device, recover, remove.
import { expect, test, type APIRequestContext, type Page } from '@playwright/test';
import { ADMIN, invite, signIn, tokenOf, type Account } from './people';
import { addAuthenticator } from './virtual-authenticator';

async function askForProof(request: APIRequestContext, person: Account): Promise<void> {
  const headers = { authorization: `Bearer ${await tokenOf(request, ADMIN)}` };
  const found = await request.get(`/api/v1/sessions?q=${person.email}&state=live`, { headers });
  const { items } = (await found.json()) as { items: { id: string }[] };
  for (const { id } of items) {
    const asked = await request.post(`/api/v1/sessions/${id}/step-up`, {
      headers,
      data: { reason: 'A test of the step-up' },
    });
    expect(asked.status(), await asked.text()).toBe(200);
  }
}

async function signOut(page: Page, name: string): Promise<void> {
  const out = page.waitForResponse('**/api/v1/auth/logout');
  await page
    .getByRole('button', { name: new RegExp(`account|${name}`, 'i') })
    .first()
    .click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  expect((await out).status()).toBe(200);
  await expect(page).toHaveURL(/sign-in/);
}

/** Adds a passkey on the account page and answers the recovery codes that came with it. */
async function enrol(page: Page): Promise<string[]> {
  await page.goto('/account');
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  const codes = page.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem');
  await expect(codes).toHaveCount(10);
  const kept = await codes.allInnerTexts();
  await page.getByRole('button', { name: 'I have kept them' }).click();
  return kept;
}

const stepUp = (page: Page) => page.getByRole('dialog', { name: 'Prove again that it is you' });

test('a passkey signs in without a password and answers a step-up', async ({ page, request }) => {
  test.setTimeout(120_000);
  const person = await invite(request, 'Pia Passkey');
  const device = await addAuthenticator(page);
  await signIn(page, person);
  await enrol(page);
  expect(await device.credentials()).toHaveLength(1);
  await expect(
    page.getByRole('heading', { name: 'Your account is protected by a passkey' }),
  ).toBeVisible();

  await test.step('signed out, the passkey is enough', async () => {
    await signOut(page, 'Pia');
    const answered = page.waitForResponse('**/api/v1/auth/passkey');
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    const { session, user } = (await (await answered).json()) as {
      session: { acr: string };
      user: { email: string };
    };
    expect(user.email).toBe(person.email);
    expect(session.acr).toBe('urn:verity:acr:phr');
    await expect(page).not.toHaveURL(/sign-in/);
  });

  await test.step('a step-up is passed by it, and counts as evidence', async () => {
    await page.goto('/my-session');
    await askForProof(request, person);
    const dialog = stepUp(page);
    await expect(dialog).toBeVisible();
    await device.verifies(false);
    await dialog.getByRole('button', { name: 'Use your passkey' }).click();
    await expect(dialog.getByRole('alert')).toContainText('No passkey was used');
    await device.verifies(true);
    await dialog.getByRole('button', { name: 'Use your passkey' }).click();
    await expect(dialog).toBeHidden();
    await expect(page.getByText('a passkey check passed').first()).toBeVisible();
  });
});

test('a passkey that is picked under the e-mail field signs in', async ({ page, request }) => {
  test.setTimeout(120_000);
  const person = await invite(request, 'Ada Autofill');
  await addAuthenticator(page, { autofill: true });
  await signIn(page, person);
  await enrol(page);
  // The virtual device takes up the offer as soon as the sign-in page makes it.
  const answered = page.waitForResponse('**/api/v1/auth/passkey');
  await page
    .getByRole('button', { name: /account|Ada/i })
    .first()
    .click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  expect((await answered).status()).toBe(200);
  await expect(page.getByRole('navigation', { name: 'Main' })).toBeVisible();
});

test('what gives access asks for proof, and is done as soon as it is given', async ({
  page,
  request,
}) => {
  test.setTimeout(120_000);
  const boss = await invite(request, 'Asta Admin', 'admin');
  const somebody = await invite(request, 'Rolf Reset');
  await addAuthenticator(page);
  await signIn(page, boss);
  await enrol(page);
  await signOut(page, 'Asta');
  // By password: fresh, but weaker than what she has enrolled.
  await signIn(page, boss);
  await page.goto(`/users?q=${somebody.email}`);
  await page.getByRole('button', { name: 'Actions for Rolf Reset' }).click();
  await page.getByRole('menuitem', { name: /Reset/ }).click();
  await page.getByLabel('Reason, kept in the audit log').fill('A test of freshness');
  const challenged = page.waitForResponse('**/reset');
  await page.getByRole('button', { name: 'Reset', exact: true }).click();
  const refusal = await challenged;
  expect(refusal.status()).toBe(401);
  expect(refusal.headers()['www-authenticate']).toContain(
    'acr_values="urn:verity:acr:phr urn:verity:acr:otp", max_age="900"',
  );
  await stepUp(page).getByRole('button', { name: 'Use your passkey' }).click();
  await expect(page.getByRole('dialog', { name: /Reset link for Rolf Reset/ })).toBeVisible();
});

test('a lost passkey is made up for by a recovery code, removed, and no longer taken', async ({
  page,
  request,
}) => {
  test.setTimeout(120_000);
  const person = await invite(request, 'Lou Lost');
  const device = await addAuthenticator(page);
  await signIn(page, person);
  const [code = ''] = await enrol(page);
  await device.lose();

  await askForProof(request, person);
  const dialog = stepUp(page);
  await expect(dialog).toBeVisible();
  await dialog.getByRole('button', { name: 'Use your passkey' }).click();
  await expect(dialog.getByRole('alert')).toContainText('use another way');
  await dialog.getByRole('button', { name: 'Recovery code' }).click();
  await dialog.getByLabel('One of your recovery codes; each works once').fill(code);
  await dialog.getByRole('button', { name: 'Prove it' }).click();
  await expect(dialog).toBeHidden();

  await page.goto('/account');
  await expect(page.getByText('9 codes left')).toBeVisible();
  await page.getByRole('button', { name: 'Rename Passkey' }).click();
  await page.getByLabel('New name of Passkey').fill('Old phone');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('button', { name: 'Remove Old phone' }).click();
  const question = page.getByRole('dialog', { name: 'Remove Old phone?' });
  await expect(question).toContainText('your password alone protects the account');
  await question.getByRole('button', { name: 'Remove passkey' }).click();
  await expect(page.getByText('Old phone is removed.')).toBeVisible();
  await expect(
    page.getByRole('heading', { name: 'Your account is protected by its password alone' }),
  ).toBeVisible();
  await expect(page.getByText('You get ten of them with your first passkey')).toBeVisible();
});
