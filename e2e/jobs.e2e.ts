// The console of jobs: run by hand, followed live, paused, cancelled, tried again; schedules; and who is turned away.
import { expect, test, type APIRequestContext, type Page } from '@playwright/test';
import { bundle } from '../scripts/bundle.mjs';
import type * as FailedJobs from './failed-jobs';
import { ADMIN, invite, signIn, tokenOf } from './people';

const asAdmin = async (request: APIRequestContext) => ({
  authorization: `Bearer ${await tokenOf(request, ADMIN)}`,
});

/** Enqueues beside the page, as a part of the platform would. */
async function enqueue(
  request: APIRequestContext,
  task: string,
  payload: Record<string, unknown> = {},
): Promise<string> {
  const headers = await asAdmin(request);
  const reply = await request.post('/api/v1/jobs', { headers, data: { task, payload } });
  expect(reply.status(), await reply.text()).toBe(200);
  return ((await reply.json()) as { id: string }).id;
}

const lists = (page: Page) => page.getByRole('navigation', { name: 'Lists of jobs' });
const list = (page: Page) => page.getByRole('region', { name: 'Jobs', exact: true });

test('a task is run by hand after its payload was refused at the field, and its job is looked at', async ({
  page,
}) => {
  await signIn(page, ADMIN);
  await page.goto('/jobs');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/running, \d+ queued/);
  await expect(
    page.getByRole('region', { name: 'Workers' }).getByText(/running, .* in hand/),
  ).toBeVisible();

  await page.getByRole('link', { name: 'Run a task …' }).click();
  await page.getByRole('button', { name: 'Run cleanup_old_models now' }).click();
  const dialog = page.getByRole('dialog', { name: 'Run cleanup_old_models now' });
  const field = dialog.getByLabel(/Versions of each model that stay/);
  await field.fill('0');
  await dialog.getByRole('button', { name: 'Run now' }).click();
  // Said at the field, which has the focus again.
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  await expect(field).toHaveAccessibleDescription(/^Keep: /);
  await expect(field).toBeFocused();
  await field.fill('5');
  await expect(field).not.toHaveAttribute('aria-invalid', 'true');
  await dialog.getByRole('button', { name: 'Run now' }).click();
  await expect(dialog).toBeHidden();

  await lists(page).getByRole('link', { name: 'Ended' }).click();
  await page.getByLabel('Task', { exact: true }).selectOption('cleanup_old_models');
  await list(page).getByRole('link', { name: 'cleanup_old_models' }).first().click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('cleanup_old_models: done');
  await expect(page.getByText('"keep": 5')).toBeVisible();
  await expect(page.getByText(/"removed": \d+/)).toBeVisible();
});

test('what happens elsewhere is told by the socket: lists and figures change without a reload', async ({
  page,
}) => {
  await signIn(page, ADMIN);
  await page.goto('/jobs?task=cleanup_old_notifications');
  await expect(list(page)).toBeVisible();
  const rows = list(page).getByRole('row');
  const before = await rows.count();
  const reads: string[] = [];
  page.on('request', (request) => reads.push(new URL(request.url()).pathname));
  await enqueue(page.request, 'cleanup_old_notifications');
  await expect(rows).not.toHaveCount(before);
  await expect(list(page).getByText('Done').first()).toBeVisible();
  // Paused, the page stands still; followed again, it shows what came meanwhile.
  await page.getByRole('button', { name: 'Pause updates' }).click();
  const shown = await rows.count();
  await enqueue(page.request, 'cleanup_old_notifications');
  await page.waitForTimeout(3_000);
  expect(await rows.count()).toBe(shown);
  await page.getByRole('button', { name: 'Follow again' }).click();
  await expect(rows).not.toHaveCount(shown);
  expect(reads.filter((path) => path === '/api/v1/jobs').length).toBeGreaterThan(0);
});

test('rows stand still under the pointer, and the focus stays where it is', async ({ page }) => {
  await signIn(page, ADMIN);
  await enqueue(page.request, 'cleanup_old_notifications');
  await page.goto('/jobs?task=cleanup_old_notifications&state=succeeded');
  const first = list(page).getByRole('link').first();
  await first.focus();
  const there = await first.getAttribute('href');
  await enqueue(page.request, 'cleanup_old_notifications');
  await expect(page.getByRole('button', { name: /Show what changed/ })).toBeVisible();
  await expect(first).toBeFocused();
  expect(await first.getAttribute('href')).toBe(there);
  await page.getByRole('button', { name: /Show what changed/ }).click();
  await expect(first).not.toHaveAttribute('href', there ?? '');
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
  await lists(page).getByRole('link', { name: 'Registered' }).click();
  await page.getByRole('button', { name: 'Run cleanup_old_models now' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Run now' }).click();
  await expect(page.getByRole('dialog')).toBeHidden();
  await lists(page)
    .getByRole('link', { name: /^Queued/ })
    .click();
  await page.getByRole('searchbox').fill('"keep"');
  await expect(page).toHaveURL(/state=queued/);
  await expect(page).toHaveURL(/q=/);
  await list(page).getByRole('link', { name: 'cleanup_old_models' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('cleanup_old_models: queued');
  await page.getByRole('button', { name: 'Cancel …' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel the job' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('cleanup_old_models: cancelled');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('cleanup_old_models: queued');
  const waiting = page.url();
  await page.goto('/jobs');
  await queue.getByRole('button', { name: 'Resume ml_queue' }).click();
  await expect(queue.getByText('Paused')).toBeHidden();
  await page.goto(waiting);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('cleanup_old_models: done');
});

test('all that failed is shown before it is tried again', async ({ page }) => {
  await signIn(page, ADMIN);
  const { recordFailedJobs } = (await import(
    await bundle('e2e/failed-jobs.ts')
  )) as typeof FailedJobs;
  const [id] = await recordFailedJobs(process.env.E2E_DATA_DIR ?? '', {
    task: 'check_session_risk',
    payload: { session_id: '01890a5d-ac96-774b-bcce-b302099a8057' },
    count: 3,
  });
  await page.goto('/jobs?state=failed&task=check_session_risk');
  await page.getByRole('button', { name: 'Try failed again …' }).click();
  const dialog = page.getByRole('dialog', { name: 'Try 3 failed jobs again?' });
  await expect(dialog.getByText('Jobs of the task check_session_risk.')).toBeVisible();
  await expect(dialog.getByRole('row', { name: /check_session_risk 3/ })).toBeVisible();
  await expect(dialog.getByText('No score of the session came').first()).toBeVisible();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog).toBeHidden();
  await page.getByRole('button', { name: 'Try failed again …' }).click();
  await dialog.getByRole('button', { name: 'Try 3 again' }).click();
  await expect(page.getByText('3 jobs tried again.')).toBeVisible();
  await page.goto(`/jobs/${id}`);
  await page.getByRole('link', { name: 'The job that tried it again' }).click();
  await expect(page).not.toHaveURL(new RegExp(id ?? 'none'));
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('check_session_risk: done');
});

test('a schedule is changed and its next tick moves; one that cannot be read is refused; and it is given back', async ({
  page,
}) => {
  await signIn(page, ADMIN);
  await page.goto('/jobs/schedules');
  const row = page.getByRole('row', { name: /cleanup_cache/ });
  const next = row.getByRole('time').last();
  const declared = await next.getAttribute('datetime');
  await page.getByRole('button', { name: 'Change when cleanup_cache is ticked' }).click();
  const field = page.getByLabel('When cleanup_cache is ticked', { exact: true });
  await field.fill('at noon');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText(/cannot be read as a cron expression/)).toBeVisible();
  await field.fill('15 3 * * *');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(row.getByText('15 3 * * *')).toBeVisible();
  await expect(next).toHaveAttribute('datetime', /T03:15:00/);
  await expect(next).not.toHaveAttribute('datetime', declared ?? '');
  await page.goto('/jobs?state=scheduled&q=cleanup_cache');
  await expect(list(page).getByRole('time').first()).toHaveAttribute('datetime', /T03:15:00/);
  await page.goto('/jobs/schedules');
  await row.getByRole('button', { name: /what it declares/ }).click();
  await expect(row.getByText('0 */6 * * *')).toBeVisible();
});

test('the history is handed out as a file, with the filter in force', async ({ page }) => {
  await signIn(page, ADMIN);
  await enqueue(page.request, 'cleanup_old_notifications');
  await page.goto('/jobs?task=cleanup_old_notifications&state=succeeded');
  await expect(list(page).getByRole('link').first()).toBeVisible();
  const coming = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export as CSV' }).click();
  const file = await coming;
  expect(file.suggestedFilename()).toMatch(/^jobs-\d{4}-\d\d-\d\d\.csv$/);
});

test('who is no admin finds no console, and is refused at every door of it', async ({
  page,
  request,
}) => {
  const person = await invite(request, 'Nele Nojobs');
  await signIn(page, person);
  await expect(
    page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Jobs' }),
  ).toHaveCount(0);
  await page.goto('/jobs');
  await expect(page).toHaveURL(/my-session/);
  const headers = { authorization: `Bearer ${await tokenOf(request, person)}` };
  for (const path of ['', '/overview', '/course', '/export/csv', '/retry-failed']) {
    const refused = await request.get(`/api/v1/jobs${path}`, { headers });
    expect(refused.status(), path).toBe(403);
  }
  const data = { task: 'cleanup_cache', payload: {} };
  const refused = await request.post('/api/v1/jobs', { headers, data });
  expect([refused.status(), await refused.json()]).toMatchObject([403, { code: 'not-allowed' }]);
});
