// What the policy does: a challenge and what became of it, a draft tried on the past, thresholds searched, a version watched.
import { expect, test, type APIRequestContext } from '@playwright/test';
import { bundle } from '../scripts/bundle.mjs';
import type * as Recorded from './recorded';
import { ADMIN, invite, signIn, tokenOf } from './people';

interface Draft {
  version: number;
  rules: object[];
  hysteresis: object;
  resources: object[];
}

async function put(request: APIRequestContext, change: (draft: Draft) => Partial<Draft>) {
  const headers = { authorization: `Bearer ${await tokenOf(request, ADMIN)}` };
  const current = (await (
    await request.get('/api/v1/policies/current', { headers })
  ).json()) as Draft;
  const { rules, hysteresis, resources } = { ...current, ...change(current) };
  const reply = await request.put('/api/v1/policies', {
    headers,
    data: {
      policy: { rules, hysteresis, resources },
      based_on: current.version,
      reason: 'The story of what a policy does',
      accept_warnings: true,
    },
  });
  expect(reply.status(), await reply.text()).toBe(200);
}

test.afterEach(async ({ request }) => {
  // The next story meets the rules that the platform came with.
  const headers = { authorization: `Bearer ${await tokenOf(request, ADMIN)}` };
  await request.post('/api/v1/policies/restore', {
    headers,
    data: { version: 1, reason: 'The story is over' },
  });
});

test('a challenge that the owner passes counts as false, by its rule and with its count', async ({
  browser,
  page,
  request,
}) => {
  const person = await invite(request, 'Fay Friction');
  const there = await browser.newContext();
  const fay = await there.newPage();
  await signIn(fay, person);
  await signIn(page, ADMIN);
  await put(request, ({ rules }) => ({
    rules: [
      {
        id: 'ask-users',
        name: 'Ask users once an hour',
        when: { roles: ['user'], no_step_up_within: 3600 },
        effect: 'step_up',
      },
      ...rules,
    ],
  }));
  const challenge = fay.getByRole('dialog', { name: 'Prove again that it is you' });
  await expect(challenge).toBeVisible();
  await challenge.getByLabel('Your password').fill(person.password);
  await challenge.getByRole('button', { name: 'Prove it' }).click();
  await expect(challenge).toBeHidden();
  await there.close();

  await expect(async () => {
    await page.goto('/policies/effect');
    const row = page.getByRole('row', { name: /Ask users once an hour/ }).first();
    await expect(row).toBeVisible({ timeout: 3_000 });
    await expect(row).toContainText('1 of 1', { timeout: 3_000 });
  }).toPass({ timeout: 30_000 });
  await page.getByRole('button', { name: 'Ask users once an hour' }).first().click();
  await expect(page).toHaveURL(/rule=ask-users/);
  await expect(page.getByText('Passed', { exact: true }).last()).toBeVisible();
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export CSV' }).click();
  expect((await saved).suggestedFilename()).toMatch(/^policy-effect/);
});

test('a draft is tried on the past, and thresholds are searched within a budget', async ({
  page,
}) => {
  test.setTimeout(120_000);
  const { recordSessions } = (await import(await bundle('e2e/recorded.ts'))) as typeof Recorded;
  await recordSessions(process.env.E2E_DATA_DIR!, { count: 60, days: 6 });
  await signIn(page, ADMIN);

  await test.step('the draft asks from 50, and five sessions in fifty meet it', async () => {
    await page.goto('/policies/edit');
    await page.getByRole('button', { name: 'Edit A high score asks for proof' }).click();
    await page.getByRole('spinbutton', { name: 'Risk at least' }).fill('50');
    await expect(page.getByText('Nothing stands in the way.')).toBeVisible();
    await page.getByRole('button', { name: 'Try on the past' }).click();
    await expect(page).toHaveURL(/policies\/runs\//);
    await expect(
      page.getByRole('heading', { name: /^\d+ of \d+ sessions would have been judged otherwise/ }),
    ).toBeVisible({ timeout: 30_000 });
    const row = page.getByRole('row', { name: /Rita Risky/ }).first();
    await expect(row).toContainText('Stricter');
    await expect(row).toContainText('A high score asks for proof (risk 55)');
    await expect(page.getByRole('row', { name: /Cal Calm/ })).toHaveCount(0);
  });

  await test.step('the list is filtered and exported', async () => {
    await page.getByLabel('Difference').selectOption('stricter');
    await expect(page).toHaveURL(/difference=stricter/);
    await expect(page.getByRole('row', { name: /Rita Risky/ })).toHaveCount(6);
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export CSV' }).click();
    expect((await saved).suggestedFilename()).toBe('policy-simulation.csv');
  });

  await test.step('the draft opens in the editor again', async () => {
    await page.getByRole('button', { name: 'Open in the editor' }).click();
    await expect(page.getByText('This draft was kept on this device from before.')).toBeVisible();
    await page.getByRole('button', { name: 'Discard' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Discard' }).click();
  });

  await test.step('a search proposes thresholds and puts nothing in force', async () => {
    await page.goto('/policies/runs');
    await page.getByLabel(/Challenges for each 1,000 sessions/).fill('200');
    await page.getByLabel('Recorded days to look at').fill('7');
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    await expect(page.getByRole('heading', { name: /thresholds were found/i })).toBeVisible({
      timeout: 60_000,
    });
    await expect(page.getByRole('img', { name: /^Exposure against friction/ })).toBeVisible();
    await page.getByRole('button', { name: 'Open in the editor' }).click();
    await expect(page.getByRole('heading', { name: /not in force yet/ })).toBeVisible();
    await page.getByRole('button', { name: 'Discard' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Discard' }).click();
  });
});

test('a new version is watched, and the settings of the watch are kept', async ({
  page,
  request,
}) => {
  test.setTimeout(120_000);
  await put(request, () => ({ hysteresis: { margin: 6, hold_seconds: 60 } }));
  await signIn(page, ADMIN);
  await expect(async () => {
    await page.goto('/policies/health');
    await expect(page.getByRole('heading', { name: /is watched$/ })).toBeVisible({
      timeout: 3_000,
    });
  }).toPass({ timeout: 60_000 });
  await expect(page.getByText(/^Foretold from \d+ sessions/).first()).toBeVisible();
  const hours = page.getByLabel('Hours that a new version is watched');
  await hours.fill('24');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('The settings are saved.')).toBeVisible();
  await page.reload();
  await expect(hours).toHaveValue('24');
});
