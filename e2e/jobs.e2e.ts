// The console of jobs: a task is run by hand and looked at, a payload that does not fit is refused, a schedule changed.
import { expect, test } from '@playwright/test';
import { ADMIN, signIn } from './people';

test('a task is run by hand, and its job is looked at', async ({ page }) => {
  await signIn(page, ADMIN);
  await page.goto('/jobs');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/running, \d+ queued/);
  await expect(
    page.getByRole('region', { name: 'Workers' }).getByText(/running, .* in hand/),
  ).toBeVisible();

  await page.getByRole('button', { name: 'Run cleanup_old_models now' }).click();
  const dialog = page.getByRole('dialog', { name: 'Run cleanup_old_models now' });
  await dialog.getByLabel(/Versions of each model that stay/).fill('0');
  await dialog.getByRole('button', { name: 'Run now' }).click();
  await expect(
    dialog.getByText('The payload does not fit the task cleanup_old_models.'),
  ).toBeVisible();
  await dialog.getByLabel(/Versions of each model that stay/).fill('5');
  await dialog.getByRole('button', { name: 'Run now' }).click();
  await expect(dialog).toBeHidden();

  await page.getByLabel('Task', { exact: true }).selectOption('cleanup_old_models');
  await page
    .getByRole('region', { name: 'Jobs' })
    .getByRole('link', { name: 'cleanup_old_models' })
    .first()
    .click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('cleanup_old_models: done');
  await expect(page.getByText('"keep": 5')).toBeVisible();
  await expect(page.getByText(/"removed": \d+/)).toBeVisible();
});

test('a queue is paused: its job waits, can be cancelled, and the rest runs when it is resumed', async ({
  page,
}) => {
  await signIn(page, ADMIN);
  await page.goto('/jobs');
  await page.getByRole('button', { name: 'Pause ml_queue' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
  const queue = page.getByRole('row', { name: /ml_queue/ });
  await expect(queue.getByText('Paused')).toBeVisible();
  // Workers look every two seconds.
  await page.waitForTimeout(3_000);
  await page.getByRole('button', { name: 'Run cleanup_old_models now' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Run now' }).click();
  await page.getByLabel('State', { exact: true }).selectOption('queued');
  await page
    .getByRole('region', { name: 'Jobs' })
    .getByRole('link', { name: 'cleanup_old_models' })
    .click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('cleanup_old_models: queued');
  await page.getByRole('button', { name: 'Cancel …' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel the job' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('cleanup_old_models: cancelled');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('cleanup_old_models: queued');
  const waiting = page.url();
  await page.goto('/jobs');
  await page
    .getByRole('row', { name: /ml_queue/ })
    .getByRole('button', { name: 'Resume' })
    .click();
  await page.goto(waiting);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('cleanup_old_models: done');
});

test('a schedule is changed, refused when it cannot be read, and given back what it declares', async ({
  page,
}) => {
  await signIn(page, ADMIN);
  await page.goto('/jobs/schedules');
  await page.getByRole('button', { name: 'Change when cleanup_cache is ticked' }).click();
  const field = page.getByLabel('When cleanup_cache is ticked', { exact: true });
  await field.fill('at noon');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText(/cannot be read as a cron expression/)).toBeVisible();
  await field.fill('15 3 * * *');
  await page.getByRole('button', { name: 'Save' }).click();
  const row = page.getByRole('row', { name: /cleanup_cache/ });
  await expect(row.getByText('15 3 * * *')).toBeVisible();
  await row.getByRole('button', { name: /what it declares/ }).click();
  await expect(row.getByText('0 */6 * * *')).toBeVisible();
});
