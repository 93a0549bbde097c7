// The first minute of a new installation: the one-time link makes the first admin. Every other test comes after.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { ADMIN, signIn } from './people';

test('the one-time link makes the first admin, who can sign in then', async ({ page }) => {
  const file = join(process.env.E2E_DATA_DIR!, 'secrets', 'setup-link');
  const link = readFileSync(file, 'utf8').trim();
  await page.goto(link);
  await expect(page.getByRole('heading', { name: 'Set up the first admin' })).toBeVisible();
  await page.getByLabel('E-mail').fill(ADMIN.email);
  await page.getByLabel('Your name').fill(ADMIN.name);
  await page.getByLabel('New password').fill(ADMIN.password);
  await page.getByRole('button', { name: 'Set password' }).click();
  await expect(page.getByText('Your password is set')).toBeVisible();

  await signIn(page, ADMIN);
  await expect(page.getByRole('navigation').first()).toBeVisible();

  await page.goto(link);
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Set up the first admin' })).toBeHidden();
});
