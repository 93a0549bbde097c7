// The developer page: a call tried with a pasted key, which is kept nowhere.
import { expect, test } from '@playwright/test';
import { ADMIN, invite, signIn, tokenOf } from './people';

test('a call is tried with a pasted key, and refused once the key is revoked', async ({
  page,
  request,
}) => {
  const headers = { authorization: `Bearer ${await tokenOf(request, ADMIN)}` };
  const data = { name: 'Tried by hand', scopes: ['policy:read'], days: 1 };
  const made = await request.post('/api/v1/api-keys', { headers, data });
  expect(made.status(), await made.text()).toBe(200);
  const { key, api_key } = (await made.json()) as { key: string; api_key: { id: string } };

  await signIn(page, await invite(request, 'Dora Developer'));
  await page.goto('/developer');
  const card = page.getByRole('region', { name: 'Try a call' });
  await card.getByLabel('API key').fill(key);
  await card.getByLabel('Begin with').selectOption({ label: 'The policy in force' });
  await card.getByRole('button', { name: 'Send' }).click();
  await expect(card.getByRole('status')).toContainText('200');
  await expect(card.getByRole('group', { name: 'Reply' })).toContainText('"rules"');
  const shell = card.getByRole('group', { name: 'The same in a shell' });
  await expect(shell).toContainText('/api/v1/policies/current');
  await expect(shell).not.toContainText(key);

  await card.getByLabel('Path').fill('https://elsewhere.example/');
  await expect(card.getByRole('button', { name: 'Send' })).toBeDisabled();
  await card.getByLabel('Path').fill('/api/v1/policies/current');

  await request.delete(`/api/v1/api-keys/${api_key.id}`, { headers });
  await card.getByRole('button', { name: 'Send' }).click();
  await expect(card.getByRole('status')).toContainText('401');
  const kept = await page.evaluate(() => JSON.stringify([localStorage, sessionStorage]));
  expect(kept).not.toContain(key);
  await page.reload();
  await expect(card.getByLabel('API key')).toHaveValue('');
});
